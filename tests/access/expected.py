"""THE table of who may: by operation, who is let do it, and to whom its row does not exist.

To the blind a row answers 404, and a list comes without it. Everybody else is told no: 403, and 401 for who is not
signed in. The rows asked for belong to the host; its conferences are public. That closed ones are kept from everybody
outside is asked by test_routes.py for all operations at once.
"""

from dataclasses import dataclass

from tests.access.callers import (
    ADMINISTRATOR,
    APPROVER,
    AS_IF_AT_HOME,
    AUDITOR,
    CHAIR,
    DELEGATE,
    EDITOR,
    EVERYBODY,
    HOST,
    ORGANISER,
    PARTICIPANTS,
    PARTNER,
    RECORDER,
    SIGNED_IN,
    WRITERS,
)


@dataclass(frozen=True)
class Expected:
    may: frozenset[str]
    blind: frozenset[str]

    def of(self, caller: str, *, lists: bool = False) -> str:
        if caller in self.may:
            return "yes"
        if caller in self.blind:
            return "nothing" if lists else "404"
        return "401" if caller == "anonymous" else "403"


def reads(who: set[str]) -> Expected:
    """Whoever is signed in may ask; to all but `who` the row does not exist."""
    return Expected(frozenset(who), frozenset(SIGNED_IN - who))


def may(who: set[str], *, sees: set[str] = SIGNED_IN) -> Expected:
    """`who` may. Of those who do not see the row, it is not found by whoever could do the same to a row of their own
    (same role elsewhere, or anybody where a duty would do); all others are refused before it is looked for."""
    on_duty = bool(who & PARTICIPANTS)
    blind = {caller for caller in SIGNED_IN - sees - who if on_duty or AS_IF_AT_HOME.get(caller, caller) in who}
    return Expected(frozenset(who), frozenset(blind))


#: Nobody: an address the router gives every viewset and this one does not answer.
NO_SUCH_READING = may(set())
EVERYTHING = {"administrator of everything"}
OVERSEER = {"auditor of everything"} | EVERYTHING

#: Who reads guest lists, seats and the log of the door: also of a partner.
LOOKS = WRITERS | AUDITOR | PARTNER
KEEPS_RECORD = WRITERS | RECORDER
GAVEL = WRITERS | RECORDER | CHAIR
READS_PAPERS = HOST | CHAIR | RECORDER | DELEGATE  # the delegate is to speak
READS_MINUTES = HOST | PARTNER | CHAIR | RECORDER
TOOK_PART = HOST | PARTNER | PARTICIPANTS
WORKS_ON_ARTICLES = HOST
EDITS = EDITOR | ADMINISTRATOR
APPROVES = APPROVER | ADMINISTRATOR

#: Where no token is read: whoever signs in is nobody yet, and a reply link says by itself who holds it.
TOKENLESS = {
    "POST sessions",
    "GET replies/<token>",
    "POST replies/<token>",
    "GET registration-pages/<token>",
    "POST registration-pages/<token>",
    "GET sign-ups/<token>",
    "POST sign-ups/<token>/confirm",
    "POST sign-ups/<token>/withdraw",
    "GET unit-places/<token>",
    "POST unit-places/<token>",
    "POST unit-places/<token>/file",
    "POST unit-places/<token>/commit",
    "POST unit-places/<token>/submit",
}

PART = {
    "GET {}": may(SIGNED_IN),
    "POST {}": may(WRITERS),
    "GET {}/<pk>": may(SIGNED_IN),
    "PATCH {}/<pk>": may(WRITERS),
    "DELETE {}/<pk>": may(WRITERS, sees=HOST),
}
SHARED = {**PART, "DELETE {}/<pk>": may(WRITERS)}
ENTRY = {
    "GET {}": reads(TOOK_PART),
    "POST {}": may(KEEPS_RECORD),
    "GET {}/<pk>": reads(TOOK_PART),
    "PATCH {}/<pk>": may(KEEPS_RECORD, sees=TOOK_PART),
    "DELETE {}/<pk>": may(KEEPS_RECORD, sees=TOOK_PART),
}


def each(names: list[str], rows: dict[str, Expected]) -> dict[str, Expected]:
    return {operation.format(name): expected for name in names for operation, expected in rows.items()}


def shown(name: str, expected: Expected) -> dict[str, Expected]:
    """A list, and each row of it by itself."""
    return {f"GET {name}": expected, f"GET {name}/<pk>": expected}


EXPECTED: dict[str, Expected] = {
    # conferences: known to everybody once announced, written by the lead organisation, opened and closed by the chair
    **shown("conferences", may(SIGNED_IN)),
    "POST conferences": may(WRITERS),
    "PATCH conferences/<pk>": may(WRITERS),
    "POST conferences/<pk>/announce": may(WRITERS, sees=HOST),
    "POST conferences/<pk>/archive": may(WRITERS),
    "POST conferences/<pk>/cancel": may(WRITERS),
    "POST conferences/<pk>/close": may(WRITERS | CHAIR),
    "POST conferences/<pk>/postpone": may(WRITERS),
    "POST conferences/<pk>/reopen": may(WRITERS),
    "POST conferences/<pk>/start": may(WRITERS | CHAIR),
    "POST conferences/<pk>/clone": may(WRITERS),
    "GET conferences/<pk>/clashes": may(GAVEL),
    "GET conferences/<pk>/programme/print": may(SIGNED_IN),
    "GET conferences/<pk>/programme": may(SIGNED_IN),
    "GET conferences/<pk>/programme/changes": may(SIGNED_IN),
    "POST conferences/<pk>/release": may(WRITERS),
    "GET conferences/<pk>/photo-notice": may(SIGNED_IN),
    "POST conferences/<pk>/photo-notice": may(WRITERS),
    "GET conferences/<pk>/photo-notice/print": may(SIGNED_IN),
    **shown("releases", may(SIGNED_IN)),
    **each(["sites", "agenda-items", "agenda-rooms", "duties", "speakers", "speeches"], PART),
    "POST conferences/<pk>/agenda/arrange": may(WRITERS),
    "GET conferences/<pk>/agenda/warnings": may(SIGNED_IN),
    "POST conferences/<pk>/agenda/shift": may(WRITERS),
    "POST agenda-items/<pk>/postpone": may(WRITERS),
    "POST agenda-items/<pk>/cancel": may(WRITERS),
    "POST agenda-items/<pk>/reopen": may(WRITERS),
    "POST speakers/reorder": may(WRITERS),
    # papers: asked for by those who organise, handed in by the speaker, read by everybody only when accepted
    **shown("papers", reads(READS_PAPERS)),
    "POST papers": may(KEEPS_RECORD),
    "POST papers/request": may(KEEPS_RECORD),
    "GET papers/overview": may(GAVEL),
    "GET papers/<pk>/content": reads(READS_PAPERS),
    "PATCH papers/<pk>": may(KEEPS_RECORD, sees=READS_PAPERS),
    "POST papers/<pk>/versions": may(KEEPS_RECORD | DELEGATE, sees=READS_PAPERS),
    "POST papers/<pk>/accept": may(KEEPS_RECORD, sees=READS_PAPERS),
    "POST papers/<pk>/send_back": may(KEEPS_RECORD, sees=READS_PAPERS),
    "POST papers/<pk>/withdraw": may(KEEPS_RECORD, sees=READS_PAPERS),
    "POST papers/<pk>/extend": may(KEEPS_RECORD, sees=READS_PAPERS),
    **each(["venues", "rooms", "series", "conference-templates", "own-phases"], SHARED),
    # rooms are found by everybody, exchanged by who organises both; a series is led by its organisation
    "GET rooms/free": may(SIGNED_IN),
    "GET rooms/equipment": may(SIGNED_IN),
    "GET rooms/<pk>/day": may(SIGNED_IN),
    "POST rooms/swap": may(WRITERS),
    "POST series/<pk>/split": may(WRITERS),
    "POST series/<pk>/end": may(WRITERS),
    "GET series/<pk>/report": may(WRITERS),
    "POST conference-templates/<pk>/draft": may(WRITERS),
    "POST speeches": may(KEEPS_RECORD),
    "PATCH speeches/<pk>": may(KEEPS_RECORD),
    # invitations: the invitee sees his own, and answers by the link
    **shown("invitation-lists", reads(LOOKS)),
    "POST invitation-lists": may(WRITERS),
    "PATCH invitation-lists/<pk>": may(WRITERS, sees=LOOKS),
    "POST invitation-lists/<pk>/members": may(WRITERS, sees=LOOKS),
    "POST invitation-lists/<pk>/send": may(WRITERS, sees=LOOKS),
    **shown("invitation-letters", reads(LOOKS)),
    "POST invitation-letters": may(WRITERS),
    "PATCH invitation-letters/<pk>": may(WRITERS, sees=LOOKS),
    "POST invitation-letters/<pk>/issue": may(WRITERS, sees=LOOKS),
    "GET invitation-letters/<pk>/file": reads(LOOKS),
    "GET invitations/<pk>/letter": reads(LOOKS | DELEGATE),
    "GET invitations/guest-list": reads(LOOKS),
    "GET invitations/guest-list/print": reads(LOOKS),
    "POST invitations/order": may(WRITERS),
    **shown("invitations", reads(LOOKS | DELEGATE)),
    "POST invitations/<pk>/name": may(WRITERS, sees=LOOKS),
    "POST invitations/<pk>/reply": may(WRITERS, sees=LOOKS | DELEGATE),
    "POST invitations/<pk>/resend": may(WRITERS, sees=LOOKS | DELEGATE),
    "POST invitations/<pk>/withdraw": may(WRITERS, sees=LOOKS | DELEGATE),
    "POST invitations/withdraw": may(WRITERS),
    "POST invitations/resend": may(WRITERS),
    "POST invitations/remind": may(WRITERS),
    "GET invitations/overview": reads(LOOKS),
    **shown("invitation-replies", reads(LOOKS | DELEGATE)),
    **shown("reply-proposals", reads(LOOKS)),
    "POST reply-proposals/<pk>/accept": may(WRITERS, sees=LOOKS),
    "POST reply-proposals/<pk>/decline": may(WRITERS, sees=LOOKS),
    **shown("failed-letters", reads(LOOKS)),
    "POST failed-letters/<pk>/retry": may(WRITERS, sees=LOOKS),
    "GET replies/<token>": may(EVERYBODY),
    "POST replies/<token>": may(EVERYBODY),
    # places given to units
    "GET unit-places/<token>": may(EVERYBODY),
    "POST unit-places/<token>": may(EVERYBODY),
    "POST unit-places/<token>/file": may(EVERYBODY),
    "POST unit-places/<token>/commit": may(EVERYBODY),
    "POST unit-places/<token>/submit": may(EVERYBODY),
    **shown("delegations", reads(LOOKS)),
    "POST delegations": may(WRITERS),
    "GET delegations/overview": may(WRITERS),
    "PATCH delegations/<pk>": may(WRITERS, sees=LOOKS),
    "DELETE delegations/<pk>": may(WRITERS, sees=LOOKS),
    "POST delegations/<pk>/ask": may(WRITERS, sees=LOOKS),
    "POST delegations/<pk>/remind": may(WRITERS, sees=LOOKS),
    "POST delegations/<pk>/extend": may(WRITERS, sees=LOOKS),
    "POST delegations/<pk>/bring_forward": may(WRITERS, sees=LOOKS),
    "POST delegations/<pk>/close": may(WRITERS, sees=LOOKS),
    "POST delegations/<pk>/reopen": may(WRITERS, sees=LOOKS),
    # questions: what is asked is for everybody to know, what is answered for who organises and for who answered
    **shown("questionnaires", may(SIGNED_IN)),
    "POST questionnaires": may(WRITERS),
    "GET questionnaires/<pk>/summary": may(WRITERS),
    "GET questionnaires/<pk>/owing": may(WRITERS),
    "GET questionnaires/<pk>/export": may(WRITERS),
    **shown("answer-sheets", reads(WRITERS | DELEGATE)),
    "POST answer-sheets": may(WRITERS | DELEGATE),
    # registration
    **shown("registrations", reads(LOOKS | DELEGATE)),
    "POST registrations": may(WRITERS),
    "POST registrations/<pk>/accept": may(WRITERS | DELEGATE, sees=LOOKS | DELEGATE),
    "POST registrations/<pk>/approve": may(WRITERS, sees=LOOKS),
    "POST registrations/<pk>/cancel": may(WRITERS | DELEGATE, sees=LOOKS | DELEGATE),
    "POST registrations/<pk>/refuse": may(WRITERS, sees=LOOKS),
    "POST registrations/<pk>/reissue": may(WRITERS, sees=LOOKS | DELEGATE),
    "GET registration-pages/<token>": may(EVERYBODY),
    "POST registration-pages/<token>": may(EVERYBODY),
    "GET sign-ups/<token>": may(EVERYBODY),
    "POST sign-ups/<token>/confirm": may(EVERYBODY),
    "POST sign-ups/<token>/withdraw": may(EVERYBODY),
    **shown("seats", reads(LOOKS)),
    "POST seats/<pk>/limit": may(WRITERS),
    "POST seats/<pk>/resize": may(WRITERS),
    **shown("admissions", reads(SIGNED_IN)),
    "POST admissions": may(WRITERS),
    **shown("check-ins", NO_SUCH_READING),
    "POST check-ins": may(WRITERS, sees=LOOKS),
    **shown("check-outs", NO_SUCH_READING),
    "POST check-outs": may(WRITERS, sees=LOOKS),
    "POST check-ins/many": may(WRITERS),
    "POST check-outs/many": may(WRITERS),
    "POST check-outs/everyone": may(WRITERS),
    **shown("walk-ins", NO_SUCH_READING),
    "POST walk-ins": may(WRITERS),
    **shown("badges", reads(WRITERS)),
    "POST badges": may(WRITERS),
    "GET badges/<pk>/content": reads(WRITERS),
    **shown("scans", reads(LOOKS)),
    "POST scans": may(WRITERS),
    "GET door-lists": may(WRITERS),
    "GET door-lists/<pk>": NO_SUCH_READING,
    **shown("presences", reads(LOOKS)),
    "GET attendance": reads(LOOKS),
    "GET attendance/series": reads(LOOKS),
    "GET attendance/<pk>": NO_SUCH_READING,
    "GET attendees": reads(LOOKS),
    "GET attendees/<pk>": NO_SUCH_READING,
    # calendar links: everybody's own
    **shown("calendar-links", reads(DELEGATE)),
    "POST calendar-links": may(SIGNED_IN),
    "GET calendar-links/<pk>/contents": reads(DELEGATE),
    "POST calendar-links/<pk>/reissue": may(DELEGATE, sees=DELEGATE),
    "DELETE calendar-links/<pk>": may(DELEGATE, sees=DELEGATE),
    # resolutions: prepared by those who keep the record, decided with the chair, voted on by those on the roll
    "GET resolutions": may(SIGNED_IN),
    "POST resolutions": may(KEEPS_RECORD),
    "GET resolutions/<pk>": may(SIGNED_IN),
    "PATCH resolutions/<pk>": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST resolutions/<pk>/table": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST resolutions/<pk>/untable": may(KEEPS_RECORD),
    "POST resolutions/<pk>/withdraw": may(KEEPS_RECORD),
    "POST resolutions/<pk>/refer": may(GAVEL),
    "POST resolutions/<pk>/decide": may(GAVEL),
    "POST resolutions/<pk>/agree": may(GAVEL),
    "POST resolutions/<pk>/issue": may(KEEPS_RECORD),
    "GET resolutions/<pk>/file": may(SIGNED_IN),
    "GET resolutions/<pk>/versions": may(SIGNED_IN),
    "GET resolutions/<pk>/compare": may(SIGNED_IN),
    "GET quorums": may(SIGNED_IN),
    "POST quorums": may(GAVEL),
    "GET quorums/<pk>": may(SIGNED_IN),
    "PATCH quorums/<pk>": may(GAVEL),
    "GET quorums/<pk>/course": may(SIGNED_IN),
    "POST resolutions/<pk>/share": may(KEEPS_RECORD, sees=READS_MINUTES),
    "GET resolutions/<pk>/support": may(SIGNED_IN),
    "POST resolutions/<pk>/back": may(DELEGATE, sees=TOOK_PART),
    "POST resolutions/<pk>/take-back": may(DELEGATE, sees=TOOK_PART),
    "GET resolutions/<pk>/amending": may(SIGNED_IN),
    "POST resolutions/<pk>/reorder": may(GAVEL),
    "POST resolutions/<pk>/merge": may(GAVEL),
    "GET amendments": may(SIGNED_IN),
    "POST amendments": may(DELEGATE | KEEPS_RECORD),
    "GET amendments/<pk>": may(SIGNED_IN),
    "GET amendments/<pk>/support": may(SIGNED_IN),
    "POST amendments/<pk>/back": may(DELEGATE, sees=TOOK_PART),
    "POST amendments/<pk>/take-back": may(DELEGATE, sees=TOOK_PART),
    "POST amendments/<pk>/submit": may(DELEGATE | KEEPS_RECORD, sees=TOOK_PART),
    "POST amendments/<pk>/withdraw": may(DELEGATE | KEEPS_RECORD),
    "POST amendments/<pk>/accept": may(KEEPS_RECORD),
    "POST amendments/<pk>/decide": may(GAVEL),
    **shown("comments", reads(TOOK_PART)),
    "POST comments": may(PARTICIPANTS),
    "POST comments/<pk>/respond": may(KEEPS_RECORD, sees=TOOK_PART),
    **shown("procedures", may(SIGNED_IN)),
    "POST procedures": may(KEEPS_RECORD),
    "GET elections": may(SIGNED_IN),
    "POST elections": may(KEEPS_RECORD),
    "GET elections/<pk>": may(SIGNED_IN),
    "PATCH elections/<pk>": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST elections/<pk>/withdraw-candidate": may(GAVEL, sees=READS_MINUTES),
    "POST elections/<pk>/run-off": may(GAVEL),
    "POST elections/<pk>/close": may(GAVEL),
    "POST elections/<pk>/abandon": may(GAVEL, sees=READS_MINUTES),
    "GET polls": may(SIGNED_IN),
    "POST polls": may(KEEPS_RECORD),
    "GET polls/<pk>": may(SIGNED_IN),
    "PATCH polls/<pk>": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST polls/<pk>/appoint": may(KEEPS_RECORD, sees=READS_MINUTES | DELEGATE),
    "GET polls/<pk>/tellers": may(SIGNED_IN),
    "POST polls/<pk>/draw-key": may(DELEGATE, sees=READS_MINUTES),
    "POST polls/<pk>/test-key": may(DELEGATE, sees=READS_MINUTES),
    "POST polls/<pk>/open-envelopes": may(DELEGATE),
    "POST polls/<pk>/recount": may(DELEGATE),
    "POST polls/<pk>/destroy-key": may(DELEGATE),
    "POST polls/<pk>/open": may(GAVEL, sees=READS_MINUTES),
    "GET polls/<pk>/papers": may(KEEPS_RECORD | DELEGATE),
    "POST polls/<pk>/papers": may(KEEPS_RECORD | DELEGATE),
    "GET polls/<pk>/sheets": may(SIGNED_IN),
    "POST polls/<pk>/sheets": may(DELEGATE),
    "POST polls/<pk>/count": may(GAVEL | DELEGATE),
    "POST polls/<pk>/seal": may(GAVEL),
    "POST polls/<pk>/declare": may(GAVEL),
    "POST polls/<pk>/annul": may(GAVEL),
    "GET polls/<pk>/entitlement": may(SIGNED_IN),
    "GET polls/<pk>/evidence": may(SIGNED_IN),
    "GET polls/<pk>/record": may(SIGNED_IN),
    "GET polls/<pk>/roll": may(WRITERS | AUDITOR),
    **shown("authorisations", reads(READS_MINUTES | DELEGATE)),
    "POST authorisations": may(DELEGATE),
    "POST authorisations/<pk>/take-back": may(DELEGATE | KEEPS_RECORD, sees=READS_MINUTES | DELEGATE),
    "GET authorisations/<pk>/paper": reads(READS_MINUTES | DELEGATE),
    "POST authorisations/<pk>/paper": may(KEEPS_RECORD, sees=READS_MINUTES | DELEGATE),
    "GET ballots": NO_SUCH_READING,
    "POST ballots": may(DELEGATE),
    "GET ballots/<pk>": NO_SUCH_READING,
    # the record and the minutes: written by the secretary, approved by the chair and by no role
    **each(["findings", "proposals", "conclusions"], ENTRY),
    "GET minutes": reads(READS_MINUTES),
    "POST minutes": may(KEEPS_RECORD),
    "GET minutes/<pk>": reads(READS_MINUTES),
    "PATCH minutes/<pk>": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST minutes/<pk>/approve": may(CHAIR, sees=READS_MINUTES),
    "GET minutes/<pk>/preview": reads(READS_MINUTES),
    "GET minutes/<pk>/provenance": reads(READS_MINUTES),
    "POST minutes/<pk>/regenerate": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST minutes/<pk>/send_back": may(KEEPS_RECORD | CHAIR, sees=READS_MINUTES),
    "POST minutes/<pk>/submit": may(KEEPS_RECORD, sees=READS_MINUTES),
    "POST minutes/<pk>/supplement": may(KEEPS_RECORD, sees=TOOK_PART),
    **shown("documents", reads(TOOK_PART)),
    "GET documents/<pk>/content": reads(TOOK_PART),
    **shown("official-numbers", may(HOST, sees=HOST)),
    "POST official-numbers/<pk>/void": may(WRITERS, sees=HOST),
    # articles: written by editors, approved by approvers
    "GET articles": reads(WORKS_ON_ARTICLES),
    "POST articles": may(EDITS),
    "GET articles/<pk>": reads(WORKS_ON_ARTICLES),
    "PATCH articles/<pk>": may(EDITS, sees=WORKS_ON_ARTICLES),
    "POST articles/<pk>/submit": may(EDITS, sees=WORKS_ON_ARTICLES),
    "POST articles/<pk>/send_back": may(EDITS | APPROVES, sees=WORKS_ON_ARTICLES),
    "POST articles/<pk>/approve": may(APPROVES, sees=WORKS_ON_ARTICLES),
    "POST articles/<pk>/publish": may(EDITS | APPROVES, sees=WORKS_ON_ARTICLES),
    "POST articles/<pk>/correct": may(APPROVES),
    "POST articles/<pk>/retract": may(APPROVES),
    "GET articles/<pk>/revisions": may(SIGNED_IN),
    # people: looked up where one works; roles and accounts know no border, so they are for who holds everything
    **shown("sessions", NO_SUCH_READING),
    "POST sessions": may(EVERYBODY),
    "GET sessions/current": may(SIGNED_IN),
    "DELETE sessions/current": may(SIGNED_IN),
    **shown("tokens", reads(DELEGATE)),
    "POST tokens": may(SIGNED_IN),
    "DELETE tokens/<pk>": may(DELEGATE, sees=DELEGATE),
    **shown("organisations", may(SIGNED_IN)),
    "POST organisations": may(ORGANISER | ADMINISTRATOR),
    "PATCH organisations/<pk>": may(ORGANISER | ADMINISTRATOR),
    "POST organisations/<pk>/rename": may(ORGANISER | ADMINISTRATOR),
    **each(
        ["people", "positions"],
        {
            "GET {}": reads(HOST),
            "POST {}": may(WRITERS),
            "GET {}/<pk>": reads(HOST),
            "PATCH {}/<pk>": may(WRITERS, sees=HOST),
        },
    ),
    **shown("role-grants", may(EVERYTHING)),
    "POST role-grants": may(EVERYTHING),
    "DELETE role-grants/<pk>": may(EVERYTHING),
    **shown("accounts", may(EVERYTHING)),
    "POST accounts": may(EVERYTHING),
    "POST accounts/<pk>/activate": may(EVERYTHING),
    "POST accounts/<pk>/deactivate": may(EVERYTHING),
    # lists of people: handed in, read and committed by who keeps the people
    **shown("imports", reads(WRITERS)),
    "POST imports": may(WRITERS),
    "GET imports/form": may(SIGNED_IN),
    "DELETE imports/<pk>": may(WRITERS, sees=WRITERS),
    "POST imports/<pk>/commit": may(WRITERS, sees=WRITERS),
    **shown("import-rows", reads(WRITERS)),
    "POST import-rows/<pk>/decide": may(WRITERS, sees=WRITERS),
    # long work: followed by who began it, and by organisers where it was begun for
    # what people ask about their data
    **shown("data-requests", reads(DELEGATE | ADMINISTRATOR)),
    "POST data-requests": may(SIGNED_IN),
    "POST data-requests/<pk>/identify": may(ADMINISTRATOR, sees=DELEGATE | ADMINISTRATOR),
    "POST data-requests/<pk>/answer": may(ADMINISTRATOR, sees=DELEGATE | ADMINISTRATOR),
    "POST data-requests/<pk>/grant": may(ADMINISTRATOR, sees=DELEGATE | ADMINISTRATOR),
    "POST data-requests/<pk>/refuse": may(ADMINISTRATOR, sees=DELEGATE | ADMINISTRATOR),
    "POST data-requests/<pk>/extend": may(ADMINISTRATOR, sees=DELEGATE | ADMINISTRATOR),
    "POST data-requests/<pk>/complete": may(ADMINISTRATOR, sees=DELEGATE | ADMINISTRATOR),
    "POST data-requests/<pk>/withdraw": reads(DELEGATE | ADMINISTRATOR),
    **shown("personal-exports", reads(DELEGATE | ADMINISTRATOR)),
    "POST personal-exports": may(SIGNED_IN),
    "GET personal-exports/<pk>/file": reads(DELEGATE | ADMINISTRATOR),
    **shown("corrections", reads(DELEGATE | ADMINISTRATOR)),
    "POST corrections": may(ADMINISTRATOR),
    **shown("erasures", may(ADMINISTRATOR, sees=ADMINISTRATOR)),
    "POST erasures": may(ADMINISTRATOR),
    **shown("public-holidays", reads(SIGNED_IN)),
    "POST public-holidays": may(EVERYTHING),
    "DELETE public-holidays/<pk>": may(EVERYTHING),
    **shown("retention-terms", may(EVERYTHING)),
    "POST retention-terms/<pk>/change": may(EVERYTHING),
    **shown("retention-runs", may(EVERYTHING)),
    **shown("legal-holds", may(EVERYTHING)),
    "POST legal-holds": may(EVERYTHING),
    "POST legal-holds/<pk>/lift": may(EVERYTHING),
    **shown("jobs", reads(WRITERS)),
    "POST jobs/<pk>/cancel": reads(WRITERS),
    "GET job-errors": reads(WRITERS),
    "GET job-errors/<pk>": NO_SUCH_READING,
    # mail
    **shown("mails", may(WRITERS | AUDITOR, sees=WRITERS | AUDITOR)),
    "GET mails/<pk>/content": may(WRITERS | AUDITOR, sees=WRITERS | AUDITOR),
    "POST mails/<pk>/retry": may(ORGANISER | ADMINISTRATOR, sees=WRITERS | AUDITOR),
    **shown("mail-batches", may(WRITERS | AUDITOR, sees=WRITERS | AUDITOR)),
    "POST mail-batches/<pk>/pause": may(ORGANISER | ADMINISTRATOR, sees=WRITERS | AUDITOR),
    "POST mail-batches/<pk>/resume": may(ORGANISER | ADMINISTRATOR, sees=WRITERS | AUDITOR),
    "POST mail-batches/<pk>/abort": may(ORGANISER | ADMINISTRATOR, sees=WRITERS | AUDITOR),
    # … that came in: what it says is for those who deal with it; a gateway brings it for every organisation
    **shown("inbound-mails", may(WRITERS | AUDITOR, sees=WRITERS | AUDITOR)),
    "POST inbound-mails": may(EVERYTHING),
    "GET inbound-mails/<pk>/content": may(WRITERS, sees=WRITERS | AUDITOR),
    "POST inbound-mails/<pk>/dismiss": may(WRITERS, sees=WRITERS | AUDITOR),
    "POST inbound-mails/<pk>/assign": may(WRITERS, sees=WRITERS | AUDITOR),
    # what people decided about their data, and who looked
    **shown("consent-purposes", may(SIGNED_IN)),
    "POST consent-purposes": may(EVERYTHING),
    "POST consent-purposes/<pk>/reword": may(EVERYTHING),
    "POST consent-purposes/<pk>/retire": may(EVERYTHING),
    **shown("consents", reads(WRITERS | OVERSEER | AUDITOR | DELEGATE)),
    "POST consents": may(SIGNED_IN),
    **shown("accesses", reads(AUDITOR | ADMINISTRATOR | DELEGATE)),
    **shown("suppressed-addresses", may(WRITERS | AUDITOR, sees=WRITERS | AUDITOR)),
    "POST suppressed-addresses/<pk>/lift": may(ORGANISER | ADMINISTRATOR, sees=WRITERS | AUDITOR),
    # the lift: facts of all organisations in one record, so a role held in one of them opens nothing
    **shown("events", may(OVERSEER)),
    **shown("deliveries", may(OVERSEER)),
    "GET deliveries/summary": may(OVERSEER),
    "POST deliveries/<pk>/redeliver": may(EVERYTHING),
    "POST deliveries/redeliver": may(EVERYTHING),
    **shown("webhook-endpoints", may(OVERSEER)),
    "POST webhook-endpoints": may(EVERYTHING),
    "PATCH webhook-endpoints/<pk>": may(EVERYTHING),
    "DELETE webhook-endpoints/<pk>": may(EVERYTHING),
    "POST webhook-endpoints/<pk>/rotate": may(EVERYTHING),
    "POST webhook-endpoints/<pk>/activate": may(EVERYTHING),
    "POST webhook-endpoints/<pk>/deactivate": may(EVERYTHING),
}

"""How each operation is asked for in the world of the test: a well-formed request that succeeds for who may make it."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from backend.registration import codes
from tests.access.world import NOTHING_FOUND, World
from tests.factories.papers import PDF
from tests.factories.people import PASSWORD

VI = {"vi": "Thử"}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """`of` is the row in the address; `sees` the row a list shows to those it is for; a `file` is sent as a form,
    a `mail` as it is."""

    of: Any = None
    body: dict[str, Any] | None = None
    query: str = ""
    sees: Any = None
    file: bytes | None = None
    mail: bytes | None = None
    filename: str = "a.pdf"

    def content(self) -> tuple[bytes, str]:
        """The body as it is sent, and its media type."""
        if self.file is not None:
            form = {**(self.body or {}), "file": SimpleUploadedFile(self.filename, self.file)}
            return encode_multipart(BOUNDARY, form), MULTIPART_CONTENT
        if self.mail is not None:
            return self.mail, "message/rfc822"
        return b"" if self.body is None else json.dumps(self.body).encode(), "application/json"

    def address(self, path: str) -> str:
        row = getattr(self.of, "pk", self.of)
        for parameter in ("<pk>", "<token>"):
            path = path.replace(parameter, str(row))
        return f"{path}?{self.query}" if self.query else path


def _page(row: Any, **filters: Any) -> Ask:
    """A list, asked for as many rows as one page holds."""
    return Ask(sees=row, query="&".join(["page_size=200", *(f"{key}={value}" for key, value in filters.items())]))


def _id(row: Any) -> str:
    return str(row.pk)


def _later(world: World) -> str:
    """A deadline after the one delegations have."""
    return str(world.delegation.due_at + dt.timedelta(days=5))


def _week(world: World, number: int) -> str:
    """The day of a later meeting of the weekly series; its first is number 0."""
    return str(world.planned.starts_on + dt.timedelta(weeks=number))


REQUESTS: dict[str, Callable[[World], Ask]] = {
    # conferences
    "GET conferences": lambda w: _page(w.announced),
    "POST conferences": lambda w: Ask(body={"kind": "meeting", "title": VI, "lead": _id(w.host)}),
    "GET conferences/<pk>": lambda w: Ask(of=w.announced),
    "GET conferences/<pk>/photo-notice": lambda w: Ask(of=w.announced),
    "POST conferences/<pk>/photo-notice": lambda w: Ask(of=w.announced, body={"recorded": False}),
    "GET conferences/<pk>/photo-notice/print": lambda w: Ask(of=w.announced),
    "PATCH conferences/<pk>": lambda w: Ask(of=w.announced, body={"note": VI}),
    "POST conferences/<pk>/announce": lambda w: Ask(of=w.draft),
    "POST conferences/<pk>/archive": lambda w: Ask(of=w.closed),
    "POST conferences/<pk>/cancel": lambda w: Ask(of=w.announced, body={"reason": VI}),
    "POST conferences/<pk>/close": lambda w: Ask(of=w.ending, body={}),
    "POST conferences/<pk>/postpone": lambda w: Ask(of=w.announced, body={"reason": VI}),
    "POST conferences/<pk>/reopen": lambda w: Ask(of=w.cancelled),
    "POST conferences/<pk>/start": lambda w: Ask(of=w.announced, body={}),
    "POST conferences/<pk>/clone": lambda w: Ask(of=w.announced, body={"parts": ["agenda"]}),
    "GET conferences/<pk>/clashes": lambda w: Ask(of=w.announced),
    "GET conferences/<pk>/programme/print": lambda w: Ask(of=w.announced, query="language=both"),
    "GET conferences/<pk>/programme": lambda w: Ask(of=w.announced),
    "GET conferences/<pk>/programme/changes": lambda w: Ask(of=w.released, query="from=1&to=2"),
    "POST conferences/<pk>/release": lambda w: Ask(of=w.announced, body={"note": VI}),
    "GET releases": lambda w: _page(w.release),
    "GET releases/<pk>": lambda w: Ask(of=w.release),
    "GET sites": lambda w: _page(w.site),
    "POST sites": lambda w: Ask(body={"conference": _id(w.announced), "new_venue": {"name": VI}}),
    "GET sites/<pk>": lambda w: Ask(of=w.site),
    "PATCH sites/<pk>": lambda w: Ask(of=w.site, body={"capacity": 9}),
    "DELETE sites/<pk>": lambda w: Ask(of=w.unannounced["site"]),
    "GET agenda-items": lambda w: _page(w.agenda_item),
    "POST agenda-items": lambda w: Ask(body={"conference": _id(w.announced), "phase": "vote", "title": VI}),
    "GET agenda-items/<pk>": lambda w: Ask(of=w.agenda_item),
    "PATCH agenda-items/<pk>": lambda w: Ask(of=w.agenda_item, body={"title": VI}),
    "DELETE agenda-items/<pk>": lambda w: Ask(of=w.unannounced["agenda_item"]),
    "POST agenda-items/<pk>/postpone": lambda w: Ask(of=w.agenda_item, body={"reason": VI}),
    "POST agenda-items/<pk>/cancel": lambda w: Ask(of=w.agenda_item, body={"reason": VI}),
    "POST agenda-items/<pk>/reopen": lambda w: Ask(of=w.cancelled_item),
    "POST conferences/<pk>/agenda/arrange": lambda w: Ask(
        of=w.announced, body={"items": [{"id": _id(row)} for row in (w.agenda_item, w.cancelled_item)]}
    ),
    "GET conferences/<pk>/agenda/warnings": lambda w: Ask(of=w.announced),
    "POST conferences/<pk>/agenda/shift": lambda w: Ask(
        of=w.announced, body={"from": "2021-01-14T00:00:00Z", "minutes": 5}
    ),
    "GET own-phases": lambda w: _page(w.own_phase),
    "POST own-phases": lambda w: Ask(body={"conference": _id(w.announced), "name": VI, "stands_for": "reply"}),
    "GET own-phases/<pk>": lambda w: Ask(of=w.own_phase),
    "PATCH own-phases/<pk>": lambda w: Ask(of=w.own_phase, body={"name": VI}),
    "DELETE own-phases/<pk>": lambda w: Ask(of=w.own_phase),
    "GET agenda-rooms": lambda w: _page(w.agenda_room),
    "POST agenda-rooms": lambda w: Ask(
        body={
            "conference": _id(w.announced),
            "agenda_item": _id(w.agenda_item),
            "site": _id(w.halls[0]),
            "room": _id(w.room),
        }
    ),
    "GET agenda-rooms/<pk>": lambda w: Ask(of=w.agenda_room),
    "PATCH agenda-rooms/<pk>": lambda w: Ask(of=w.agenda_room, body={"room": _id(w.room)}),
    "DELETE agenda-rooms/<pk>": lambda w: Ask(of=w.unannounced["agenda_room"]),
    "GET duties": lambda w: _page(w.duty, kind="teller"),
    "POST duties": lambda w: Ask(body={"conference": _id(w.announced), "kind": "teller", "office": VI}),
    "GET duties/<pk>": lambda w: Ask(of=w.duty),
    "PATCH duties/<pk>": lambda w: Ask(of=w.duty, body={"office": VI}),
    "DELETE duties/<pk>": lambda w: Ask(of=w.unannounced["duty"]),
    "GET speakers": lambda w: _page(w.speaker),
    "POST speakers": lambda w: Ask(
        body={"conference": _id(w.announced), "agenda_item": _id(w.agenda_item), "office": VI}
    ),
    "GET speakers/<pk>": lambda w: Ask(of=w.speaker),
    "PATCH speakers/<pk>": lambda w: Ask(of=w.speaker, body={"office": VI}),
    "DELETE speakers/<pk>": lambda w: Ask(of=w.unannounced["speaker"]),
    "POST speakers/reorder": lambda w: Ask(
        body={"agenda_item": _id(w.agenda_item), "speakers": [_id(w.paper.speaker), _id(w.speaker)]}
    ),
    "GET papers": lambda w: _page(w.paper),
    "POST papers": lambda w: Ask(body={"speaker": _id(w.speaker)}),
    "POST papers/request": lambda w: Ask(body={"conference": _id(w.announced)}),
    "GET papers/overview": lambda w: Ask(query=f"conference={w.announced.pk}"),
    "GET papers/<pk>": lambda w: Ask(of=w.paper),
    "GET papers/<pk>/content": lambda w: Ask(of=w.paper),
    "PATCH papers/<pk>": lambda w: Ask(of=w.paper, body={"title": VI}),
    "POST papers/<pk>/versions": lambda w: Ask(of=w.paper, file=PDF),
    "POST papers/<pk>/accept": lambda w: Ask(of=w.paper, body={"number": 1}),
    "POST papers/<pk>/send_back": lambda w: Ask(of=w.paper, body={"number": 1, "remarks": VI}),
    "POST papers/<pk>/withdraw": lambda w: Ask(of=w.paper),
    "POST papers/<pk>/extend": lambda w: Ask(of=w.paper, body={"due_at": str(w.paper.due_at + dt.timedelta(days=5))}),
    "GET speeches": lambda w: _page(w.speech),
    "POST speeches": lambda w: Ask(body={"conference": _id(w.running), "kind": "remark", "speaker": VI}),
    "GET speeches/<pk>": lambda w: Ask(of=w.speech),
    "PATCH speeches/<pk>": lambda w: Ask(of=w.speech, body={"gist": VI}),
    "DELETE speeches/<pk>": lambda w: Ask(of=w.unannounced["speech"]),
    "GET venues": lambda w: _page(w.venue),
    "POST venues": lambda w: Ask(body={"name": VI, "organisation": _id(w.host)}),
    "GET venues/<pk>": lambda w: Ask(of=w.venue),
    "PATCH venues/<pk>": lambda w: Ask(of=w.venue, body={"hired": True}),
    "DELETE venues/<pk>": lambda w: Ask(of=w.empty_venue),
    "GET rooms": lambda w: _page(w.room),
    "POST rooms": lambda w: Ask(body={"venue": _id(w.venue), "name": VI}),
    "GET rooms/<pk>": lambda w: Ask(of=w.room),
    "PATCH rooms/<pk>": lambda w: Ask(of=w.room, body={"capacity": 9}),
    "DELETE rooms/<pk>": lambda w: Ask(of=w.room),
    "GET rooms/free": lambda w: Ask(query="starts_at=2030-03-01T01:00:00Z&ends_at=2030-03-01T04:00:00Z&capacity=20"),
    "GET rooms/equipment": lambda w: Ask(),
    "GET rooms/<pk>/day": lambda w: Ask(of=w.halls[0].room, query=f"date={w.announced.starts_at.date()}"),
    "POST rooms/swap": lambda w: Ask(body={"between": [{"site": _id(hall)} for hall in w.halls]}),
    "GET series": lambda w: _page(w.series),
    "POST series": lambda w: Ask(body={"title": VI, "organisation": _id(w.host), "rule": "FREQ=WEEKLY"}),
    "GET series/<pk>": lambda w: Ask(of=w.series),
    "PATCH series/<pk>": lambda w: Ask(of=w.series, body={"title": VI}),
    "DELETE series/<pk>": lambda w: Ask(of=w.series),
    "POST series/<pk>/split": lambda w: Ask(of=w.planned, body={"since": _week(w, 1), "title": VI}),
    "POST series/<pk>/end": lambda w: Ask(of=w.planned, body={"last_day": _week(w, 2), "reason": VI}),
    "GET series/<pk>/report": lambda w: Ask(of=w.planned),
    "GET conference-templates": lambda w: _page(w.template),
    "POST conference-templates": lambda w: Ask(body={"title": VI, "organisation": _id(w.host)}),
    "GET conference-templates/<pk>": lambda w: Ask(of=w.template),
    "PATCH conference-templates/<pk>": lambda w: Ask(of=w.template, body={"title": VI}),
    "DELETE conference-templates/<pk>": lambda w: Ask(of=w.template),
    "POST conference-templates/<pk>/draft": lambda w: Ask(of=w.template, body={}),
    # invitations
    "GET invitation-lists": lambda w: _page(w.list),
    "POST invitation-lists": lambda w: Ask(
        body={"conference": _id(w.announced), "title": VI, "category": "guest", "offices": [{"office": VI}]}
    ),
    "GET invitation-lists/<pk>": lambda w: Ask(of=w.list),
    "PATCH invitation-lists/<pk>": lambda w: Ask(of=w.list, body={"reply_reminders": [60]}),
    "POST invitation-lists/<pk>/members": lambda w: Ask(of=w.unsent, body={"people": [_id(w.person)]}),
    "POST invitation-lists/<pk>/send": lambda w: Ask(of=w.unsent),
    "GET invitation-letters": lambda w: _page(w.letter),
    "POST invitation-letters": lambda w: Ask(body={"list": _id(w.list)}),
    "GET invitation-letters/<pk>": lambda w: Ask(of=w.letter),
    "PATCH invitation-letters/<pk>": lambda w: Ask(of=w.drafted_letter, body={"note": {"vi": "Đến sớm"}}),
    "POST invitation-letters/<pk>/issue": lambda w: Ask(of=w.drafted_letter),
    "GET invitation-letters/<pk>/file": lambda w: Ask(of=w.drafted_letter),
    "GET invitations/<pk>/letter": lambda w: Ask(of=w.invitation),
    "GET invitations/guest-list": lambda w: Ask(query=f"conference={w.announced.pk}"),
    "GET invitations/guest-list/print": lambda w: Ask(query=f"conference={w.announced.pk}"),
    "POST invitations/order": lambda w: Ask(body={"conference": _id(w.announced), "invitations": [_id(w.invitation)]}),
    "GET invitations": lambda w: _page(w.invitation),
    "GET invitations/<pk>": lambda w: Ask(of=w.invitation),
    "POST invitations/<pk>/name": lambda w: Ask(of=w.office, body={"person": _id(w.person)}),
    "POST invitations/<pk>/reply": lambda w: Ask(of=w.invitation, body={"answer": "accepted"}),
    "POST invitations/<pk>/resend": lambda w: Ask(of=w.invitation),
    "POST invitations/<pk>/withdraw": lambda w: Ask(of=w.invitation),
    "GET invitations/overview": lambda w: Ask(query=f"conference={w.announced.pk}"),
    "POST invitations/remind": lambda w: Ask(body={"conference": _id(w.announced)}),
    "POST invitations/resend": lambda w: Ask(body={"conference": _id(w.announced), "list": _id(w.list)}),
    "POST invitations/withdraw": lambda w: Ask(body={"conference": _id(w.announced), "site": _id(w.site)}),
    "GET invitation-replies": lambda w: _page(w.answer),
    "GET invitation-replies/<pk>": lambda w: Ask(of=w.answer),
    "GET reply-proposals": lambda w: _page(w.reply_proposal),
    "GET reply-proposals/<pk>": lambda w: Ask(of=w.reply_proposal),
    "POST reply-proposals/<pk>/accept": lambda w: Ask(
        of=w.proposed_substitute, body={"full_name": "Lê Văn Dự Thay", "email": "duthay@plenum.example"}
    ),
    "POST reply-proposals/<pk>/decline": lambda w: Ask(of=w.reply_proposal),
    "GET failed-letters": lambda w: _page(w.failed_letter),
    "GET failed-letters/<pk>": lambda w: Ask(of=w.failed_letter),
    "POST failed-letters/<pk>/retry": lambda w: Ask(of=w.failed_letter),
    "GET replies/<token>": lambda w: Ask(of=w.reply_token),
    "POST replies/<token>": lambda w: Ask(of=w.reply_token, body={"answer": "tentative"}),
    # places given to units
    "GET unit-places/<token>": lambda w: Ask(of=w.unit_token),
    "POST unit-places/<token>": lambda w: Ask(
        of=w.unit_token, body={"full_name": "Trần Thị Bình", "email": "binh@xa.example"}
    ),
    "POST unit-places/<token>/file": lambda w: Ask(of=w.unit_token, file=b"a,b", filename="a.csv"),
    "POST unit-places/<token>/commit": lambda w: Ask(of=w.unit_token),
    "POST unit-places/<token>/submit": lambda w: Ask(of=w.unit_token),
    "GET delegations": lambda w: _page(w.delegation),
    "POST delegations": lambda w: Ask(
        body={
            "conference": _id(w.announced),
            "organisation": _id(w.foreign),
            "quota": 2,
            "due_at": _later(w),
            "focal_name": "Lê Thị Đầu Mối",
            "focal_email": "daumoi@plenum.example",
        }
    ),
    "GET delegations/overview": lambda w: Ask(query=f"conference={w.announced.pk}"),
    "GET delegations/<pk>": lambda w: Ask(of=w.delegation),
    "PATCH delegations/<pk>": lambda w: Ask(of=w.delegation, body={"quota": 4}),
    "DELETE delegations/<pk>": lambda w: Ask(of=w.delegation),
    "POST delegations/<pk>/ask": lambda w: Ask(of=w.delegation),
    "POST delegations/<pk>/remind": lambda w: Ask(of=w.asked_delegation),
    "POST delegations/<pk>/extend": lambda w: Ask(of=w.asked_delegation, body={"due_at": _later(w)}),
    "POST delegations/<pk>/bring_forward": lambda w: Ask(
        of=w.asked_delegation, body={"due_at": str(w.asked_delegation.due_at - dt.timedelta(days=1))}
    ),
    "POST delegations/<pk>/close": lambda w: Ask(of=w.asked_delegation),
    "POST delegations/<pk>/reopen": lambda w: Ask(of=w.submitted_delegation, body={"due_at": _later(w)}),
    # questions
    "GET questionnaires": lambda w: _page(w.questionnaire),
    "POST questionnaires": lambda w: Ask(
        body={"conference": _id(w.announced), "follows": 1, "title": VI, "questions": []}
    ),
    "GET questionnaires/<pk>": lambda w: Ask(of=w.questionnaire),
    "GET questionnaires/<pk>/summary": lambda w: Ask(of=w.questionnaire),
    "GET questionnaires/<pk>/owing": lambda w: Ask(of=w.questionnaire),
    "GET questionnaires/<pk>/export": lambda w: Ask(of=w.questionnaire),
    "GET answer-sheets": lambda w: _page(w.answer_sheet),
    "POST answer-sheets": lambda w: Ask(
        body={"conference": _id(w.announced), "person": _id(w.delegate), "answers": {"meal": "man"}}
    ),
    "GET answer-sheets/<pk>": lambda w: Ask(of=w.answer_sheet),
    # registration
    "GET registrations": lambda w: _page(w.registration),
    "POST registrations": lambda w: Ask(body={"conference": _id(w.announced), "person": _id(w.person)}),
    "GET registrations/<pk>": lambda w: Ask(of=w.registration),
    "POST registrations/<pk>/accept": lambda w: Ask(of=w.registration),
    "POST registrations/<pk>/approve": lambda w: Ask(of=w.request, body={}),
    "POST registrations/<pk>/refuse": lambda w: Ask(of=w.request, body={"reason": VI}),
    "POST registrations/<pk>/cancel": lambda w: Ask(of=w.registration),
    "POST registrations/<pk>/reissue": lambda w: Ask(of=w.registration),
    "GET registration-pages/<token>": lambda w: Ask(of=w.page_token),
    "POST registration-pages/<token>": lambda w: Ask(
        of=w.page_token, body={"full_name": "Trần Văn An", "email": "an@plenum.example"}
    ),
    "GET sign-ups/<token>": lambda w: Ask(of=w.signup_token),
    "POST sign-ups/<token>/confirm": lambda w: Ask(of=w.signup_token),
    "POST sign-ups/<token>/withdraw": lambda w: Ask(of=w.signup_token),
    "GET seats": lambda w: _page(w.announced),
    "GET seats/<pk>": lambda w: Ask(of=w.announced),
    "POST seats/<pk>/limit": lambda w: Ask(of=w.announced, body={"site": _id(w.site), "capacity": 50}),
    "GET admissions": lambda w: _page(w.announced),
    "POST admissions": lambda w: Ask(body={"conference": _id(w.announced), "mode": "open"}),
    "GET admissions/<pk>": lambda w: Ask(of=w.announced),
    "POST seats/<pk>/resize": lambda w: Ask(of=w.announced, body={"capacity": 50}),
    "GET check-ins": lambda w: Ask(),
    "POST check-ins": lambda w: Ask(body={"code": codes.sign(w.registration.pk, 0)}),
    "GET check-ins/<pk>": lambda w: Ask(of=w.presence),
    "GET check-outs": lambda w: Ask(),
    "POST check-outs": lambda w: Ask(body={"registration": _id(w.inside)}),
    "GET check-outs/<pk>": lambda w: Ask(of=w.presence),
    "POST check-ins/many": lambda w: Ask(body={"conference": _id(w.announced), "registrations": [_id(w.registration)]}),
    "POST check-outs/many": lambda w: Ask(body={"conference": _id(w.announced), "registrations": [_id(w.inside)]}),
    "POST check-outs/everyone": lambda w: Ask(body={"conference": _id(w.announced)}),
    "GET walk-ins": lambda w: Ask(),
    "POST walk-ins": lambda w: Ask(body={"conference": _id(w.announced), "full_name": "Lê Thị Mới"}),
    "GET walk-ins/<pk>": lambda w: Ask(of=w.registration),
    "GET badges": lambda w: _page(w.badges),
    "POST badges": lambda w: Ask(body={"conference": _id(w.announced)}),
    "GET badges/<pk>": lambda w: Ask(of=w.badges),
    "GET badges/<pk>/content": lambda w: Ask(of=w.badges),
    "GET scans": lambda w: _page(w.scan),
    "POST scans": lambda w: Ask(
        body={
            "conference": _id(w.announced),
            "device": str(UUID(int=1)),
            "clock": "2021-01-14T01:00:00Z",
            "scans": [
                {
                    "id": str(UUID(int=2)),
                    "registration": _id(w.registration),
                    "direction": "in",
                    "at": "2021-01-14T00:59:00Z",
                }
            ],
        }
    ),
    "GET scans/<pk>": lambda w: Ask(of=w.scan),
    "GET door-lists": lambda w: Ask(query=f"conference={w.announced.pk}"),
    "GET door-lists/<pk>": lambda w: Ask(of=w.registration),
    "GET presences": lambda w: _page(w.presence),
    "GET presences/<pk>": lambda w: Ask(of=w.presence),
    "GET attendance": lambda w: Ask(query=f"conference={w.running.pk}&share=2/3"),
    "GET attendance/series": lambda w: Ask(query=f"conference={w.running.pk}"),
    "GET attendance/<pk>": lambda w: Ask(of=w.presence),
    "GET attendees": lambda w: Ask(query=f"conference={w.running.pk}"),
    "GET attendees/<pk>": lambda w: Ask(of=w.presence),
    # calendar links
    "GET calendar-links": lambda w: _page(w.delegates_link),
    "POST calendar-links": lambda w: Ask(body={"kind": "room", "subject": _id(w.room)}),
    "GET calendar-links/<pk>": lambda w: Ask(of=w.delegates_link),
    "GET calendar-links/<pk>/contents": lambda w: Ask(of=w.delegates_link),
    "POST calendar-links/<pk>/reissue": lambda w: Ask(of=w.delegates_link),
    "DELETE calendar-links/<pk>": lambda w: Ask(of=w.delegates_link),
    # resolutions
    "GET resolutions": lambda w: _page(w.tabled),
    "POST resolutions": lambda w: Ask(body={"conference": _id(w.running), "title": VI, "clauses": [{"text": VI}]}),
    "GET resolutions/<pk>": lambda w: Ask(of=w.tabled),
    "PATCH resolutions/<pk>": lambda w: Ask(of=w.resolution, body={"title": VI}),
    "POST resolutions/<pk>/table": lambda w: Ask(of=w.resolution),
    "POST resolutions/<pk>/untable": lambda w: Ask(of=w.tabled, body={"why": VI}),
    "POST resolutions/<pk>/withdraw": lambda w: Ask(of=w.tabled),
    "POST resolutions/<pk>/decide": lambda w: Ask(of=w.tabled, body={"adopted": True, "decided_how": VI}),
    "POST resolutions/<pk>/refer": lambda w: Ask(of=w.tabled, body={"to": VI, "why": VI}),
    "POST resolutions/<pk>/agree": lambda w: Ask(
        of=w.tabled, body={"objections_asked": True, "chaired_by": _id(w.chair)}
    ),
    "POST resolutions/<pk>/issue": lambda w: Ask(
        of=w.adopted, body={"signer": _id(w.chair), "authority": "", "signer_office": VI, "place": VI}
    ),
    "GET resolutions/<pk>/file": lambda w: Ask(of=w.tabled),
    "GET resolutions/<pk>/versions": lambda w: Ask(of=w.versioned),
    "GET resolutions/<pk>/compare": lambda w: Ask(of=w.versioned, query="before=1&after=1"),
    "GET quorums": lambda w: _page(w.quorum),
    "POST quorums": lambda w: Ask(
        body={"conference": _id(w.announced), "share": "2/3", "base": "summoned", "categories": ["delegate"]}
    ),
    "GET quorums/<pk>": lambda w: Ask(of=w.quorum),
    "PATCH quorums/<pk>": lambda w: Ask(of=w.quorum, body={"share": "1/2"}),
    "GET quorums/<pk>/course": lambda w: Ask(of=w.quorum),
    "POST resolutions/<pk>/share": lambda w: Ask(of=w.resolution, body={}),
    "GET resolutions/<pk>/support": lambda w: Ask(of=w.tabled),
    "POST resolutions/<pk>/back": lambda w: Ask(of=w.shared, body={}),
    "POST resolutions/<pk>/take-back": lambda w: Ask(of=w.backed, body={}),
    "GET resolutions/<pk>/amending": lambda w: Ask(of=w.amended),
    "POST resolutions/<pk>/reorder": lambda w: Ask(of=w.amended, body={"amendments": [_id(w.pending)], "reason": VI}),
    "POST resolutions/<pk>/merge": lambda w: Ask(of=w.carried),
    "GET amendments": lambda w: _page(w.pending),
    "POST amendments": lambda w: Ask(body={"resolution": _id(w.tabled), "kind": "delete", "target": "bao-cao"}),
    "GET amendments/<pk>": lambda w: Ask(of=w.pending),
    "GET amendments/<pk>/support": lambda w: Ask(of=w.pending),
    "POST amendments/<pk>/back": lambda w: Ask(of=w.amendment, body={}),
    "POST amendments/<pk>/take-back": lambda w: Ask(of=w.backed_amendment, body={}),
    "POST amendments/<pk>/submit": lambda w: Ask(of=w.amendment),
    "POST amendments/<pk>/withdraw": lambda w: Ask(of=w.pending),
    "POST amendments/<pk>/accept": lambda w: Ask(of=w.pending),
    "POST amendments/<pk>/decide": lambda w: Ask(of=w.pending, body={"adopted": False, "decided_how": VI}),
    "GET comments": lambda w: _page(w.comment),
    "POST comments": lambda w: Ask(body={"resolution": _id(w.commented), "text": "Nên rõ thời hạn."}),
    "GET comments/<pk>": lambda w: Ask(of=w.comment),
    "POST comments/<pk>/respond": lambda w: Ask(of=w.comment, body={"response": VI}),
    "GET procedures": lambda w: _page(w.procedure),
    "POST procedures": lambda w: Ask(body={"conference": _id(w.running), "amendment_support": 3}),
    "GET procedures/<pk>": lambda w: Ask(of=w.procedure),
    "GET elections": lambda w: _page(w.halfway),
    "POST elections": lambda w: Ask(
        body={"conference": _id(w.running), "title": VI, "places": 1, "candidates": [{"name": "Lê Thị Hoa"}]}
    ),
    "GET elections/<pk>": lambda w: Ask(of=w.halfway),
    "PATCH elections/<pk>": lambda w: Ask(of=w.election, body={"places": 2}),
    "POST elections/<pk>/withdraw-candidate": lambda w: Ask(of=w.election, body={"number": 1}),
    "POST elections/<pk>/run-off": lambda w: Ask(of=w.halfway),
    "POST elections/<pk>/close": lambda w: Ask(of=w.halfway, body={"why": VI}),
    "POST elections/<pk>/abandon": lambda w: Ask(of=w.election, body={"why": VI}),
    "GET polls": lambda w: _page(w.declared),
    "POST polls": lambda w: Ask(
        body={
            "resolution": _id(w.tabled),
            "question": VI,
            "rule": "staff_conference",
            "voting_categories": ["staff"],
        }
    ),
    "GET polls/<pk>": lambda w: Ask(of=w.declared),
    "PATCH polls/<pk>": lambda w: Ask(of=w.poll, body={"question": VI}),
    "POST polls/<pk>/appoint": lambda w: Ask(of=w.secret_draft, body={"people": w.tellers}),
    "GET polls/<pk>/tellers": lambda w: Ask(of=w.secret_declared),
    "POST polls/<pk>/draw-key": lambda w: Ask(of=w.secret_draft),
    "POST polls/<pk>/test-key": lambda w: Ask(of=w.secret_draft, body={"words": w.words[w.secret_draft.pk][0]}),
    "POST polls/<pk>/open-envelopes": lambda w: Ask(of=w.secret_sealed, body={"words": w.words[w.secret_sealed.pk]}),
    "POST polls/<pk>/recount": lambda w: Ask(of=w.secret_counted, body={"words": w.words[w.secret_counted.pk]}),
    "POST polls/<pk>/destroy-key": lambda w: Ask(of=w.secret_declared),
    "POST polls/<pk>/open": lambda w: Ask(of=w.poll, body={}),
    "GET polls/<pk>/papers": lambda w: Ask(of=w.papers_open),
    "POST polls/<pk>/papers": lambda w: Ask(of=w.papers_open, body={"numbers": [1]}),
    "GET polls/<pk>/sheets": lambda w: Ask(of=w.papers_sealed),
    "POST polls/<pk>/sheets": lambda w: Ask(of=w.papers_sealed, body=NOTHING_FOUND),
    "POST polls/<pk>/count": lambda w: Ask(of=w.papers_sealed),
    "POST polls/<pk>/seal": lambda w: Ask(of=w.open_poll),
    "POST polls/<pk>/declare": lambda w: Ask(of=w.counted, body={}),
    "POST polls/<pk>/annul": lambda w: Ask(of=w.counted, body={"reason": {"vi": "Phát nhầm phiếu cho hai đại biểu"}}),
    "GET polls/<pk>/entitlement": lambda w: Ask(of=w.open_poll),
    "GET polls/<pk>/evidence": lambda w: Ask(of=w.declared),
    "GET polls/<pk>/record": lambda w: Ask(of=w.declared),
    "GET polls/<pk>/roll": lambda w: Ask(of=w.declared),
    "GET authorisations": lambda w: _page(w.authorisation),
    "POST authorisations": lambda w: Ask(
        body={"conference": _id(w.running), "proxy": _id(w.proxy), "poll": _id(w.secret_draft)}
    ),
    "GET authorisations/<pk>": lambda w: Ask(of=w.authorisation),
    "POST authorisations/<pk>/take-back": lambda w: Ask(of=w.authorisation),
    "GET authorisations/<pk>/paper": lambda w: Ask(of=w.on_paper),
    "POST authorisations/<pk>/paper": lambda w: Ask(of=w.authorisation, file=PDF),
    "GET ballots": lambda w: Ask(),
    "POST ballots": lambda w: Ask(body={"poll": _id(w.open_poll), "choice": "yes"}),
    "GET ballots/<pk>": lambda w: Ask(of=w.open_poll),
    # minutes
    **{
        key: ask
        for name, row in (("findings", "finding"), ("proposals", "proposal"), ("conclusions", "conclusion"))
        for key, ask in {
            f"GET {name}": lambda w, row=row: _page(getattr(w, row)),
            f"POST {name}": lambda w, row=row: Ask(
                body={"conference": _id(w.running), "kind": getattr(w, row).kind, "text": VI}
            ),
            f"GET {name}/<pk>": lambda w, row=row: Ask(of=getattr(w, row)),
            f"PATCH {name}/<pk>": lambda w, row=row: Ask(of=getattr(w, row), body={"text": VI}),
            f"DELETE {name}/<pk>": lambda w, row=row: Ask(of=getattr(w, row)),
        }.items()
    },
    "GET minutes": lambda w: _page(w.minutes),
    "POST minutes": lambda w: Ask(body={"conference": _id(w.closed)}),
    "GET minutes/<pk>": lambda w: Ask(of=w.minutes),
    "PATCH minutes/<pk>": lambda w: Ask(of=w.minutes, body={"added": [{"text": VI}]}),
    "POST minutes/<pk>/approve": lambda w: Ask(of=w.submitted),
    "GET minutes/<pk>/preview": lambda w: Ask(of=w.minutes),
    "GET minutes/<pk>/provenance": lambda w: Ask(of=w.minutes),
    "POST minutes/<pk>/regenerate": lambda w: Ask(of=w.minutes),
    "POST minutes/<pk>/send_back": lambda w: Ask(of=w.submitted),
    "POST minutes/<pk>/submit": lambda w: Ask(of=w.minutes),
    "POST minutes/<pk>/supplement": lambda w: Ask(of=w.approved, body={"reason": VI}),
    # documents
    "GET documents": lambda w: _page(w.approved.document),
    "GET documents/<pk>": lambda w: Ask(of=w.approved.document),
    "GET documents/<pk>/content": lambda w: Ask(of=w.approved.document),
    "GET official-numbers": lambda w: _page(w.number),
    "GET official-numbers/<pk>": lambda w: Ask(of=w.number),
    "POST official-numbers/<pk>/void": lambda w: Ask(of=w.number, body={"reason": "Ghi nhầm"}),
    # articles
    "GET articles": lambda w: _page(w.article),
    "POST articles": lambda w: Ask(body={"organisation": _id(w.host), "kind": "feature", "title": VI}),
    "GET articles/<pk>": lambda w: Ask(of=w.article),
    "PATCH articles/<pk>": lambda w: Ask(of=w.article, body={"title": VI}),
    "POST articles/<pk>/submit": lambda w: Ask(of=w.article),
    "POST articles/<pk>/send_back": lambda w: Ask(of=w.in_review),
    "POST articles/<pk>/approve": lambda w: Ask(of=w.in_review),
    "POST articles/<pk>/publish": lambda w: Ask(of=w.approved_article),
    "POST articles/<pk>/correct": lambda w: Ask(of=w.published, body={"note": VI}),
    "POST articles/<pk>/retract": lambda w: Ask(of=w.published, body={"note": VI}),
    "GET articles/<pk>/revisions": lambda w: Ask(of=w.published),
    # people
    "GET sessions": lambda w: Ask(),
    "POST sessions": lambda w: Ask(body={"email": w.account.email, "password": PASSWORD}),
    "GET sessions/current": lambda w: Ask(),
    "DELETE sessions/current": lambda w: Ask(),
    "GET sessions/<pk>": lambda w: Ask(of=w.account),
    "GET tokens": lambda w: _page(w.delegates_token),
    "POST tokens": lambda w: Ask(body={"name": "máy", "scopes": ["people:write"], "expires_in_days": 1}),
    "GET tokens/<pk>": lambda w: Ask(of=w.delegates_token),
    "DELETE tokens/<pk>": lambda w: Ask(of=w.delegates_token),
    "GET organisations": lambda w: _page(w.host),
    "POST organisations": lambda w: Ask(body={"slug": "phong-moi", "name": VI, "parent": _id(w.host)}),
    "GET organisations/<pk>": lambda w: Ask(of=w.host),
    "PATCH organisations/<pk>": lambda w: Ask(of=w.host, body={"symbol": "KT9"}),
    "POST organisations/<pk>/rename": lambda w: Ask(of=w.host, body={"name": VI, "since": "2025-03-01"}),
    "GET people": lambda w: _page(w.person),
    "POST people": lambda w: Ask(body={"full_name": "Lê Thị Mới", "organisation": _id(w.host)}),
    "GET people/<pk>": lambda w: Ask(of=w.person),
    "PATCH people/<pk>": lambda w: Ask(of=w.person, body={"degree": "TS"}),
    "GET positions": lambda w: _page(w.position),
    "POST positions": lambda w: Ask(body={"person": _id(w.person), "title": VI}),
    "GET positions/<pk>": lambda w: Ask(of=w.position),
    "PATCH positions/<pk>": lambda w: Ask(of=w.position, body={"rank": 9}),
    "GET role-grants": lambda w: _page(w.grant),
    "POST role-grants": lambda w: Ask(
        body={"account": _id(w.account), "role": "organiser", "organisation": _id(w.host)}
    ),
    "GET role-grants/<pk>": lambda w: Ask(of=w.grant),
    "DELETE role-grants/<pk>": lambda w: Ask(of=w.grant),
    "GET accounts": lambda w: _page(w.account),
    "POST accounts": lambda w: Ask(body={"email": "moi@plenum.example", "password": "một mật khẩu rất dài"}),
    "GET accounts/<pk>": lambda w: Ask(of=w.account),
    "POST accounts/<pk>/activate": lambda w: Ask(of=w.account),
    "POST accounts/<pk>/deactivate": lambda w: Ask(of=w.account),
    # lists of people
    "GET imports": lambda w: _page(w.imported),
    "POST imports": lambda w: Ask(file=b"a,b", filename="a.csv", body={"organisation": _id(w.host)}),
    "GET imports/form": lambda w: Ask(),
    "GET imports/<pk>": lambda w: Ask(of=w.imported),
    "DELETE imports/<pk>": lambda w: Ask(of=w.imported),
    "POST imports/<pk>/commit": lambda w: Ask(of=w.imported),
    "GET import-rows": lambda w: _page(w.import_row),
    "GET import-rows/<pk>": lambda w: Ask(of=w.import_row),
    "POST import-rows/<pk>/decide": lambda w: Ask(of=w.import_row, body={"person": None}),
    # long work
    # what people ask about their data
    "GET data-requests": lambda w: _page(w.data_request),
    "POST data-requests": lambda w: Ask(body={"kind": "access"}),
    "GET data-requests/<pk>": lambda w: Ask(of=w.data_request),
    "POST data-requests/<pk>/identify": lambda w: Ask(of=w.data_request, body={"confirmed": True, "note": "Gọi lại"}),
    "POST data-requests/<pk>/answer": lambda w: Ask(of=w.data_request, body={"note": "Đang giải quyết"}),
    "POST data-requests/<pk>/grant": lambda w: Ask(of=w.data_request, body={}),
    "POST data-requests/<pk>/refuse": lambda w: Ask(of=w.data_request, body={"note": "Không có dữ liệu"}),
    "POST data-requests/<pk>/extend": lambda w: Ask(of=w.data_request, body={"days": 5, "note": "Phải hỏi lưu trữ"}),
    "POST data-requests/<pk>/complete": lambda w: Ask(of=w.granted_request, body={}),
    "POST data-requests/<pk>/withdraw": lambda w: Ask(of=w.data_request, body={}),
    "GET personal-exports": lambda w: _page(w.personal_export),
    "POST personal-exports": lambda w: Ask(body={}),
    "GET personal-exports/<pk>": lambda w: Ask(of=w.personal_export),
    "GET personal-exports/<pk>/file": lambda w: Ask(of=w.personal_export),
    "GET corrections": lambda w: _page(w.correction),
    "POST corrections": lambda w: Ask(body={"person": _id(w.delegate), "phone": "+84905123456"}),
    "GET corrections/<pk>": lambda w: Ask(of=w.correction),
    "GET erasures": lambda w: _page(w.erasure),
    "POST erasures": lambda w: Ask(body={"person": _id(w.erasable)}),
    "GET erasures/<pk>": lambda w: Ask(of=w.erasure),
    "GET public-holidays": lambda w: _page(w.holiday),
    "POST public-holidays": lambda w: Ask(body={"day": "2033-05-02", "name": VI}),
    "GET public-holidays/<pk>": lambda w: Ask(of=w.holiday),
    "DELETE public-holidays/<pk>": lambda w: Ask(of=w.holiday),
    "GET retention-terms": lambda w: Ask(),
    "GET retention-terms/<pk>": lambda w: Ask(of="copies"),
    "POST retention-terms/<pk>/change": lambda w: Ask(of="copies", body={"days": 3}),
    "GET retention-runs": lambda w: _page(w.retention_run),
    "GET retention-runs/<pk>": lambda w: Ask(of=w.retention_run),
    "GET legal-holds": lambda w: _page(w.legal_hold),
    "POST legal-holds": lambda w: Ask(body={"conference": _id(w.announced), "reason": "Thanh tra"}),
    "GET legal-holds/<pk>": lambda w: Ask(of=w.legal_hold),
    "POST legal-holds/<pk>/lift": lambda w: Ask(of=w.legal_hold),
    "GET jobs": lambda w: _page(w.job),
    "GET jobs/<pk>": lambda w: Ask(of=w.job),
    "POST jobs/<pk>/cancel": lambda w: Ask(of=w.job),
    "GET job-errors": lambda w: _page(w.job_error),
    "GET job-errors/<pk>": lambda w: Ask(of=w.job_error),
    # mail
    "GET mails": lambda w: _page(w.mail),
    "GET mails/<pk>": lambda w: Ask(of=w.mail),
    "GET mails/<pk>/content": lambda w: Ask(of=w.mail),
    "POST mails/<pk>/retry": lambda w: Ask(of=w.mail),
    "GET mail-batches": lambda w: _page(w.batch),
    "GET mail-batches/<pk>": lambda w: Ask(of=w.batch),
    "POST mail-batches/<pk>/pause": lambda w: Ask(of=w.batch),
    "POST mail-batches/<pk>/resume": lambda w: Ask(of=w.paused_batch),
    "POST mail-batches/<pk>/abort": lambda w: Ask(of=w.batch, body={"reason": "Sai ngày."}),
    "GET inbound-mails": lambda w: _page(w.inbound),
    "POST inbound-mails": lambda w: Ask(mail=b"From: an@donvi.example\r\n\r\nXin chao"),
    "GET inbound-mails/<pk>": lambda w: Ask(of=w.inbound),
    "GET inbound-mails/<pk>/content": lambda w: Ask(of=w.inbound),
    "POST inbound-mails/<pk>/dismiss": lambda w: Ask(of=w.inbound),
    "POST inbound-mails/<pk>/assign": lambda w: Ask(
        of=w.inbound, body={"invitation": _id(w.guests_invitation), "answer": "accepted"}
    ),
    # consents and accesses
    "GET consent-purposes": lambda w: _page(w.purpose),
    "GET consent-purposes/<pk>": lambda w: Ask(of=w.purpose),
    "POST consent-purposes": lambda w: Ask(body={"code": "thu", "title": VI, "text": {**VI, "en": "A try"}}),
    "POST consent-purposes/<pk>/reword": lambda w: Ask(
        of=w.purpose, body={"text": {**VI, "en": "A try"}, "asks_again": True}
    ),
    "POST consent-purposes/<pk>/retire": lambda w: Ask(of=w.purpose),
    "GET consents": lambda w: _page(w.consent),
    "GET consents/<pk>": lambda w: Ask(of=w.consent),
    "POST consents": lambda w: Ask(body={"purpose": "directory", "decision": "given", "wording": 1}),
    "GET accesses": lambda w: _page(w.access),
    "GET accesses/<pk>": lambda w: Ask(of=w.access),
    "GET suppressed-addresses": lambda w: _page(w.suppressed),
    "GET suppressed-addresses/<pk>": lambda w: Ask(of=w.suppressed),
    "POST suppressed-addresses/<pk>/lift": lambda w: Ask(of=w.suppressed),
    # the lift
    "GET events": lambda w: _page(w.event),
    "GET events/<pk>": lambda w: Ask(of=w.event),
    "GET deliveries": lambda w: _page(w.delivery),
    "GET deliveries/<pk>": lambda w: Ask(of=w.delivery),
    "GET deliveries/summary": lambda w: Ask(),
    "POST deliveries/<pk>/redeliver": lambda w: Ask(of=w.delivery),
    "POST deliveries/redeliver": lambda w: Ask(body={"ids": [_id(w.delivery)]}),
    "GET webhook-endpoints": lambda w: _page(w.endpoint),
    "POST webhook-endpoints": lambda w: Ask(body={"url": "https://93.184.216.34/plenum"}),
    "GET webhook-endpoints/<pk>": lambda w: Ask(of=w.endpoint),
    "PATCH webhook-endpoints/<pk>": lambda w: Ask(of=w.endpoint, body={"description": "Cổng tin"}),
    "DELETE webhook-endpoints/<pk>": lambda w: Ask(of=w.endpoint),
    "POST webhook-endpoints/<pk>/rotate": lambda w: Ask(of=w.endpoint),
    "POST webhook-endpoints/<pk>/activate": lambda w: Ask(of=w.endpoint),
    "POST webhook-endpoints/<pk>/deactivate": lambda w: Ask(of=w.endpoint),
}

"""What people consented to. Whoever uses data by consent asks here; where nothing was decided the answer is no."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from backend.core.clock import now
from backend.core.errors import Gone, NotFound
from backend.core.text import Text, localized, say
from backend.people.models import Account, Person, Role
from backend.people.queries import organisations_with
from backend.privacy import links
from backend.privacy.models import ConsentDecision, ConsentPurpose, ConsentWording
from backend.privacy.states import Decision

#: Roles that see what the people of their organisations decided.
SEES_CONSENTS = (Role.ORGANISER, Role.SECRETARY, Role.AUDITOR)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is asked under a purpose today, and what the person decided last, if anything. `given`: it counts."""

    wording: ConsentWording
    decision: ConsentDecision | None
    given: bool


def shown_sha256(text: Text, language: str) -> str:
    """The hash of what somebody reading `language` is shown."""
    return hashlib.sha256(localized(text, language).encode()).hexdigest()


def purposes() -> QuerySet[ConsentPurpose]:
    """All of them, retired ones too, each with its wordings, the newest first."""
    wordings = ConsentWording.objects.order_by("-version")
    return ConsentPurpose.objects.prefetch_related(Prefetch("wordings", wordings))


def wordings_in_force() -> QuerySet[ConsentWording]:
    """What people are asked today: of each purpose that is not retired, the last version."""
    newest = ConsentWording.objects.filter(purpose=OuterRef("purpose")).order_by("-version").values("version")[:1]
    rows = ConsentWording.objects.filter(purpose__retired_at=None, version=Subquery(newest))
    return rows.select_related("purpose").order_by("purpose__created_at", "purpose__code")


def wordings_that_count() -> QuerySet[ConsentWording]:
    """Words that consent may be given to today: those in force, and former ones that nothing asked anew after."""
    rows = ConsentWording.objects.filter(purpose__retired_at=None).annotate(covers_from=_covers_from())
    rows = rows.filter(Q(covers_from=None) | Q(version__gte=F("covers_from")))
    return rows.select_related("purpose").order_by("purpose__created_at", "purpose__code", "version")


def consented(person_id: UUID, purpose: str, at: dt.datetime | None = None) -> bool:
    """Whether the person's consent to the purpose held at that moment (default: now)."""
    return consenting(purpose, at).filter(pk=person_id).exists()


def consenting(purpose: str, at: dt.datetime | None = None) -> QuerySet[Person]:
    """Everybody whose consent to the purpose held at that moment (default: now)."""
    moment = at or now()
    decisions = ConsentDecision.objects.filter(wording__purpose__code=purpose, at__lte=moment)
    last = decisions.filter(person=OuterRef("person")).order_by("-at", "-id").values("id")[:1]
    live = Q(wording__purpose__retired_at=None) | Q(wording__purpose__retired_at__gt=moment)
    asked_again = ConsentWording.objects.filter(
        purpose=OuterRef("wording__purpose"),
        version__gt=OuterRef("wording__version"),
        asks_again=True,
        created_at__lte=moment,
    )
    counting = decisions.filter(live, ~Exists(asked_again), pk=Subquery(last), decision=Decision.GIVEN)
    return Person.objects.filter(consents__in=counting)


def last_decision(person_id: UUID, purpose: str) -> ConsentDecision | None:
    """What the person decided last about the purpose; None: nothing, so there is no consent."""
    rows = ConsentDecision.objects.filter(person_id=person_id, wording__purpose__code=purpose)
    return rows.select_related("wording__purpose").order_by("-at", "-id").first()


def standings(person_id: UUID) -> list[Standing]:
    """Everything the person may be asked today, with where they stand."""
    wordings = list(wordings_in_force().annotate(covers_from=_covers_from()))
    last: dict[UUID, ConsentDecision] = {}
    rows = ConsentDecision.objects.filter(person_id=person_id).select_related("wording").order_by("at", "id")
    for row in rows:
        last[row.wording.purpose_id] = row
    return [
        Standing(wording=wording, decision=decision, given=_counts(decision, wording.covers_from))
        for wording in wordings
        for decision in [last.get(wording.purpose_id)]
    ]


def _covers_from() -> Subquery:
    """The last version that asked anew: consent to it, and to those after it, counts."""
    asked = ConsentWording.objects.filter(purpose=OuterRef("purpose"), asks_again=True)
    return Subquery(asked.order_by("-version").values("version")[:1])


def _counts(decision: ConsentDecision | None, covers_from: int | None) -> bool:
    if decision is None or decision.decision != Decision.GIVEN:
        return False
    return decision.wording.version >= (covers_from or 0)


def visible_decisions(account: Account) -> QuerySet[ConsentDecision]:
    """What the people an account works for decided, and what its own person did. `current`: nothing newer was decided
    about the purpose."""
    if not account.is_authenticated:
        return ConsentDecision.objects.none()
    newer = ConsentDecision.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        person=OuterRef("person"),
        wording__purpose=OuterRef("wording__purpose"),
    )
    rows = ConsentDecision.objects.select_related("person", "wording__purpose").annotate(current=~Exists(newer))
    where = organisations_with(account, *SEES_CONSENTS)
    if where is None:
        return rows
    return rows.filter(Q(person__organisation_id__in=where) | Q(person__account=account))


def opened_by(token: str) -> Person:
    """Whose consents the link opens. Raises NotFound for a forged one, Gone for one mailed to a former address."""
    signed = links.read(token)
    person = signed and Person.objects.filter(pk=signed[0]).first()
    if not signed or not person:
        raise NotFound(say(vi="Liên kết không đúng.", en="This is not a valid link."))
    if not links.is_current(person, signed[1]):
        raise Gone(
            say(
                vi="Liên kết này gửi tới địa chỉ cũ; hãy dùng liên kết trong thư mới hơn.",
                en="This link went to a former address; please use the one in a newer letter.",
            )
        )
    return person

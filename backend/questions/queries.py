"""Reading questionnaires and answers: what is asked, who may see what was said, who still has to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from backend.conferences.models import Conference
from backend.conferences.queries import WRITERS, held_by_any
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.states import OrganiserRole
from backend.people.models import Account, Person
from backend.people.queries import organisations_with
from backend.questions.asking import missing, read_all
from backend.questions.models import AnswerSheet, Questionnaire


@dataclass(frozen=True, kw_only=True)
class Comer:
    """Somebody the questions are for; `expected` once they said that they come."""

    category: str
    site: UUID | None
    expected: bool


#: Those of a conference, or one person of them. Floors above fill it with `also_asked`; what a later one says of a
#: person counts.
Comers = Callable[[UUID, UUID | None], dict[UUID, Comer]]
COMERS: list[Comers] = []


def also_asked(comers: Comers) -> Comers:
    """Decorator for the queries of a floor above: whom `comers(conference_id, person_id)` finds may answer. Registering
    happens once, when the app's `ready` imports the module."""
    if comers not in COMERS:
        COMERS.append(comers)
    return comers


def comers(conference_id: UUID, person_id: UUID | None = None) -> dict[UUID, Comer]:
    """Whom the questions of the conference are for, as the floors above know it; with a person, they alone."""
    return {person: comer for known in COMERS for person, comer in known(conference_id, person_id).items()}


def latest(conference_id: UUID) -> Questionnaire | None:
    """The version that is asked now; None where nothing was ever asked."""
    return Questionnaire.objects.filter(conference_id=conference_id).order_by("-number").first()


def asked_now(conference_id: UUID) -> Questionnaire | None:
    """The version that is asked now, None when it asks nothing."""
    found = latest(conference_id)
    return found if found is not None and found.questions else None


def visible_questionnaires(account: Account) -> QuerySet[Questionnaire]:
    """Every version of the conferences the account sees: what is asked is no secret, what is answered is."""
    return Questionnaire.objects.select_related("conference").filter(conference__in=visible_conferences(account))


def organised_by(account: Account) -> QuerySet[Conference]:
    """Conferences whose lead organisation the account is organiser or secretary of."""
    where = organisations_with(account, *WRITERS)
    return (
        Conference.objects.all() if where is None else Conference.objects.filter(held_by_any(where, OrganiserRole.LEAD))
    )


def visible_sheets(account: Account) -> QuerySet[AnswerSheet]:
    """What was answered for conferences the account organises, and by its own person. Nobody else reads answers, not
    auditors and not those who hold the conference with the lead."""
    if not account.is_authenticated:
        return AnswerSheet.objects.none()
    rows = for_reading(AnswerSheet.objects.all())
    return rows.filter(Q(conference__in=organised_by(account)) | Q(person__account=account))


def for_reading(rows: QuerySet[AnswerSheet]) -> QuerySet[AnswerSheet]:
    """With the version answered, and the number of the one asked now."""
    newest = Questionnaire.objects.filter(conference=OuterRef("conference")).order_by().values("conference")
    return rows.select_related("conference", "person", "questionnaire").annotate(
        newest=Subquery(newest.annotate(number=Max("number")).values("number"))
    )


def sheet_of(conference_id: UUID, person_id: UUID | None) -> AnswerSheet | None:
    """What the person answered; None of nobody, and of who never did."""
    if person_id is None:
        return None
    return AnswerSheet.objects.filter(conference_id=conference_id, person_id=person_id).first()


@dataclass(frozen=True, kw_only=True)
class Owing:
    """Somebody who comes and has required questions of the present version open; `answered`: the version they
    answered, None for those who never did."""

    person: UUID
    person_name: str
    answered: int | None
    missing: list[str]


def owing(questionnaire: Questionnaire) -> list[Owing]:
    """Who has to answer, or to answer again, of those who said that they come; by name. A constant number of
    statements."""
    expected = {person: comer for person, comer in comers(questionnaire.conference_id).items() if comer.expected}
    sheets = AnswerSheet.objects.filter(conference_id=questionnaire.conference_id).select_related("questionnaire")
    answered = {sheet.person_id: sheet for sheet in sheets}
    questions, found = read_all(questionnaire.questions), []
    for person in Person.objects.filter(pk__in=expected).order_by("sort_key", "id").only("id", "full_name"):
        sheet, comer = answered.get(person.pk), expected[person.pk]
        site = str(comer.site) if comer.site else None
        lacking = missing(questions, sheet.answers if sheet else {}, category=comer.category, site=site)
        if lacking:
            number = sheet.questionnaire.number if sheet else None
            found.append(Owing(person=person.pk, person_name=person.full_name, answered=number, missing=lacking))
    return found


def counting(questionnaire: Questionnaire) -> list[AnswerSheet]:
    """The answers of those who said that they come, whichever version they answered, by name: no meal is ordered for
    who cancelled."""
    expected = [person for person, comer in comers(questionnaire.conference_id).items() if comer.expected]
    rows = AnswerSheet.objects.filter(conference_id=questionnaire.conference_id, person_id__in=expected)
    return list(rows.select_related("person__organisation", "questionnaire").order_by("person__sort_key", "person_id"))

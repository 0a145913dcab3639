"""Registering on a public page: written down, proved by a letter, then asked for like everybody else's."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from backend.conferences.events import ConferencePostponed
from backend.conferences.models import Conference
from backend.conferences.services import show_photo_notice
from backend.conferences.states import EXPECTED, NoticePlace
from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import Conflict, Gone, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.core.vietnamese import fold
from backend.invitations.states import Category
from backend.outbox.models import Event
from backend.outbox.services import emit
from backend.people import services as people
from backend.people.models import Person
from backend.people.services import attempts
from backend.privacy.queries import wordings_that_count
from backend.privacy.services import Asked, give_consent
from backend.privacy.states import ConsentVia
from backend.questions import services as questions
from backend.questions.asking import checked, read_all
from backend.questions.queries import Comer, asked_now
from backend.questions.services.answering import version
from backend.questions.states import AnsweredVia
from backend.registration import queries
from backend.registration.events import SignedUp
from backend.registration.models import Registration, Signup
from backend.registration.services.seats import ask, cancel, ensure_open, ensure_own_site, ensure_registering

#: The same human being signs up, and confirms, one time after the other.
ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class Said(TypedDict):
    """Somebody as they wrote themselves on the page."""

    full_name: str
    honorific: str
    email: str
    phone: str


def said_of(form: Mapping[str, Any]) -> Said:
    """The part of a form that says who somebody is."""
    return Said(full_name=form["full_name"], honorific=form["honorific"], email=form["email"], phone=form["phone"])


def sign_up(
    *,
    conference_id: UUID,
    said: Said,
    language: str,
    remote_address: str,
    site_id: UUID | None = None,
    organisation_id: UUID | None = None,
    answers: Mapping[str, Any] | None = None,
    number: int | None = None,
    dropping: bool = False,
    consents: Sequence[Asked] = (),
) -> Signup:
    """Writes down who wants to come, and has a letter sent that proves the mailbox; no seat is taken before. The same
    words twice are one sign-up and one letter; other words replace those not confirmed yet, and void their link.

    `answers` are to version `number` of the questions (None: the newest). `consents` are what they ticked, and are given
    once they confirm. Raises NotFound, Conflict while people may not
    register themselves, Invalid by field, and TooManyAttempts from one remote address or for one mailbox.
    """
    attempts.count({attempts.key("signup.address", remote_address): settings.SIGNUPS_FROM_ONE_ADDRESS})
    with transaction.atomic():
        return _written_down(
            conference_id, said, language, site_id, organisation_id, answers or {}, number, dropping, consents
        )


def _written_down(
    conference_id: UUID,
    said: Said,
    language: str,
    site_id: UUID | None,
    organisation_id: UUID | None,
    answers: Mapping[str, Any],
    number: int | None,
    dropping: bool,
    consents: Sequence[Asked],
) -> Signup:
    ensure_registering(conference_id)
    ensure_open(queries.admission(conference_id))
    ensure_own_site(conference_id, site_id)
    _ensure_offered(conference_id, organisation_id)
    questionnaire, kept = None, {}
    if answers or number is not None or asked_now(conference_id):
        questionnaire = version(conference_id, number)
        place = str(site_id) if site_id else None
        asked = read_all(questionnaire.questions)
        kept = checked(asked, answers, category=Category.GUEST, site=place, dropping=dropping)
    ticked = _counting(consents)
    who = attempts.key("signup.who", f"{said['email'].lower()}\n{fold(said['full_name'])}")
    _wait_for(f"signup:{conference_id}:{who}")
    values = {
        "said": dict(said),
        "language": language,
        "site_id": site_id,
        "organisation_id": organisation_id,
        "questionnaire_id": questionnaire.pk if questionnaire else None,
        "answers": kept,
        "consents": ticked,
    }
    row = Signup.objects.filter(conference_id=conference_id, who=who, confirmed_at=None).first()
    moment = database_now()
    if row is None:
        row = Signup(conference_id=conference_id, who=who)
    elif row.expires_at > moment and all(getattr(row, name) == value for name, value in values.items()):
        return row
    else:
        row.link_round += 1
    attempts.count({attempts.key("signup.mailbox", said["email"].lower()): settings.SIGNUPS_FOR_ONE_MAILBOX})
    for name, value in values.items():
        setattr(row, name, value)
    row.expires_at = moment + dt.timedelta(hours=settings.SIGNUP_HOURS)
    row.save()
    emit(SignedUp(signup_id=row.pk, conference_id=conference_id, round=row.link_round))
    return row


def _counting(consents: Sequence[Asked]) -> list[dict[str, Any]]:
    """What was ticked, as it is kept. Raises Invalid for what nobody is asked, or not in words of that meaning any
    more."""
    rows = wordings_that_count() if consents else ()
    asked = {(row.purpose.code, row.version) for row in rows}
    ticked = {each.purpose: each.version for each in consents}
    if unknown := ticked.keys() - {purpose for purpose, _ in asked}:
        sentence = say(
            vi="Không có mục đích này: {which}.", en="There is no such purpose: {which}.", which=min(unknown)
        )
        raise Invalid({"consents": sentence})
    if not ticked.items() <= asked:
        raise Invalid(
            {
                "consents": say(
                    vi="Nội dung xin đồng ý đã đổi; xin đọc lại.", en="The wording has changed; please read it again."
                )
            }
        )
    return [{"purpose": purpose, "version": ticked[purpose]} for purpose in sorted(ticked)]


def _ensure_offered(conference_id: UUID, organisation_id: UUID | None) -> None:
    if organisation_id is None:
        return
    units = queries.units_offered(Conference(pk=conference_id))
    if organisation_id not in {unit.pk for unit in units}:
        raise Invalid(
            {
                "organisation": say(
                    vi="Hội nghị không có chỗ riêng cho đơn vị này.", en="This unit has no seats of its own."
                )
            }
        )


def _wait_for(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AFTER_THE_OTHER, [word])


def confirm_signup(*, token: str) -> Signup:
    """The mailbox is theirs: registers them, to a seat, a turn or the wait for approval, and keeps their answers. A second
    time is harmless.

    Raises NotFound, Gone for an old or late link, Conflict while the conference takes nobody, and for who is invited:
    they answer the invitation.
    """
    opened = queries.signup_by(token)
    with context.acting(actor=f"registrant:{opened.pk}"), transaction.atomic():
        row = locked(Signup.objects.select_related("questionnaire"), opened.pk)
        if row.link_round != opened.link_round:
            raise Gone()
        if row.confirmed_at is not None:
            return row
        queries.check_confirmable(row)
        said: Said = row.said
        _wait_for(f"signed-up:{said['email'].lower()}")
        person = _person(row, said)
        if queries.is_invited(row.conference_id, person.pk):
            raise Conflict(
                say(
                    vi="Ông/Bà đã được mời dự hội nghị này; xin trả lời bằng liên kết trong giấy mời.",
                    en="You are invited to this conference; please answer by the link in the invitation.",
                )
            )
        made = ask(conference_id=row.conference_id, person_id=person.pk, site_id=row.site_id)
        _keep_answers(row, made)
        row.lapsed = _give_consents(row, person)
        row.registration, row.confirmed_at, row.said, row.answers, row.consents = made, database_now(), {}, {}, []
        row.save()
        return row


@transaction.atomic
def renew_signups(*, conference_id: UUID) -> int:
    """Whoever could not confirm because the conference was postponed gets a new link with its new time, and as long to
    confirm as at first; returns how many. Once for each postponement; does nothing unless the conference is to come."""
    if not Conference.objects.filter(pk=conference_id, state__in=EXPECTED).exists():
        return 0
    postponed = Event.objects.filter(name=ConferencePostponed.name, subject_id=conference_id)
    since = postponed.aggregate(last=Max("recorded_at"))["last"]
    if since is None:
        return 0
    span = dt.timedelta(hours=settings.SIGNUP_HOURS)
    stopped = Signup.objects.filter(conference_id=conference_id, confirmed_at=None, expires_at__gt=since)
    rows = list(stopped.filter(expires_at__lte=since + span).select_for_update().order_by("pk"))
    for row in rows:
        row.link_round += 1
        row.expires_at = database_now() + span
        row.save()
        emit(SignedUp(signup_id=row.pk, conference_id=conference_id, round=row.link_round))
    return len(rows)


def _person(row: Signup, said: Said) -> Person:
    """Who is on record under this name and proved address, else somebody added; what the record says stays."""
    known = Person.objects.filter(email__iexact=said["email"], folded=fold(said["full_name"])).order_by("id").first()
    return known or people.add_person(**said, language=row.language, organisation_id=row.organisation_id)


def _keep_answers(row: Signup, made: Registration) -> None:
    if row.questionnaire is None:
        return
    try:
        with transaction.atomic():
            questions.answer(
                conference_id=row.conference_id,
                person_id=made.person_id,
                answers=row.answers,
                number=row.questionnaire.number,
                via=AnsweredVia.PAGE,
                comer=Comer(category=Category.GUEST, site=row.site_id, expected=True),
            )
    except Conflict:
        pass  # they answered a newer version since, which counts


def _give_consents(row: Signup, person: Person) -> list[str]:
    """By whoever proved the mailbox, who saw the notice about pictures. Answers what is not recorded, because its words
    mean more since or nobody is asked any more: they are told, and decide by the link on the page and in their letter."""
    show_photo_notice(
        conference_id=row.conference_id, people=[person.pk], place=NoticePlace.PAGE, language=row.language
    )
    lapsed = []
    for each in row.consents:
        asked = Asked(purpose=each["purpose"], version=each["version"], language=row.language)
        try:
            with transaction.atomic():
                give_consent(person_id=person.pk, asked=asked, via=ConsentVia.PAGE)
        except (Conflict, NotFound):
            lapsed.append(asked.purpose)
    return lapsed


def withdraw_signup(*, token: str) -> Signup:
    """Gives up what came of it: the seat, the turn or the request; before it is confirmed, the sign-up itself, which is
    forgotten at once. A second time is harmless. Raises NotFound, Gone."""
    opened = queries.signup_by(token)
    with context.acting(actor=f"registrant:{opened.pk}"), transaction.atomic():
        row = locked(Signup, opened.pk)
        if row.registration_id is None:
            row.delete()
            return opened
        cancel(registration_id=row.registration_id)
    return queries.signup_by(token)

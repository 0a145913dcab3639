"""The letter that proves a mailbox: nobody registers another person's address."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.conferences.queries import lead_organisation
from backend.core.text import localized
from backend.invitations import wording
from backend.invitations.letters import Letter, post
from backend.people.models import Person
from backend.registration import signup_links
from backend.registration.models import Signup

SUBJECT = {"vi": "Xác nhận đăng ký: {title}", "en": "Please confirm your registration: {title}"}


@transaction.atomic
def mail_signup(*, signup_id: UUID, link_round: int) -> None:
    """Queues the letter with the link to confirm. Silent when they confirmed, wrote anew or were forgotten meanwhile."""
    rows = Signup.objects.select_related("conference", "site__venue", "site__room").prefetch_related(
        "conference__organisers__organisation", "conference__sites__venue", "conference__sites__room"
    )
    row = rows.filter(pk=signup_id, link_round=link_round, confirmed_at=None).first()
    if row is None:
        return
    language, conference = row.language, row.conference
    person = Person(full_name=row.said["full_name"], honorific=row.said["honorific"])
    title = localized(conference.title, language)
    lead = lead_organisation(conference)
    letter = Letter(
        template="letters/signup",
        language=language,
        subject=SUBJECT[language].format(title=title),
        sender_name=localized(lead.name, language) if lead else settings.MAIL_FROM_NAME,
        facts={
            "addressee": wording.addressee(person, {}, language),
            "you": wording.you(person, language),
            "title": title,
            "hosts": wording.hosts(conference, language),
            "when": wording.when(conference, language),
            "where": wording.where(conference, row.site, language),
            "until": wording.until(row.expires_at, conference.time_zone, language),
            "link": signup_links.address(row.pk, row.link_round),
        },
    )
    post(
        letter,
        purpose="signup",
        subject_id=row.pk,
        sequence=row.link_round,
        recipient=(row.said["full_name"], row.said["email"]),
        conference=conference,
    )

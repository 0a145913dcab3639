"""What a counting committee is told outside the database: the root of a sealed urn."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.core.text import localized
from backend.invitations import wording
from backend.invitations.letters import of_conference, written
from backend.mail import services as mail
from backend.resolutions import queries
from backend.resolutions.models import Poll
from backend.resolutions.states import Channel

SUBJECTS = {"vi": "Mã niêm phong hòm phiếu: {title}", "en": "Seal of the urn: {title}"}


@transaction.atomic
def mail_root(*, poll_id: UUID) -> None:
    """Queues the letter with the root to each teller of a sealed poll, so that the urn's seal is known where nobody who
    works on the database can change it. A poll without a committee or an urn, or teller without an address, gets none."""
    poll = Poll.objects.select_related("conference").get(pk=poll_id)
    if not poll.urn_root or Channel.DEVICES not in poll.channels:
        return
    returned = len(queries.leaves(poll.pk))
    letters = []
    for teller in poll.tellers.select_related("person").exclude(person__email=""):
        language = teller.person.language
        letter = of_conference(
            poll.conference,
            "letters/urn_sealed",
            language,
            subjects=SUBJECTS,
            facts={
                "addressee": wording.addressee(teller.person, {}, language),
                "title": localized(poll.conference.title, language),
                "question": localized(poll.question, language),
                "returned": returned,
                "root": poll.urn_root,
                "address": f"{settings.BASE_URL}/api/v1/polls/{poll.pk}/evidence",
            },
        )
        letters.append(
            written(
                letter,
                purpose="urn-sealed",
                subject_id=teller.pk,
                sequence=0,
                recipient=(teller.person.full_name, teller.person.email),
                conference=poll.conference,
            )
        )
    mail.queue_all(letters)

"""THE table: which fact makes what happen. The only place where one room's news becomes another room's work."""

from backend.outbox.models import Event
from backend.outbox.services import Reaction
from workers.reactions import (
    articles,
    conferences,
    delegations,
    invitations,
    jobs,
    minutes,
    papers,
    registration,
    resolutions,
)

SUBSCRIPTIONS: dict[str, list[str]] = {
    "job.due": ["jobs.run_step"],
    "conference.announced": ["registration.resume", "registration.promote", "registration.renew_signups"],
    "conference.edited": ["registration.promote"],
    "conference.news_due": ["invitations.tell_news", "delegations.tell_of_move"],
    "conference.postponed": [
        "invitations.drop_reminders",
        "registration.drop_seat_reminders",
        "registration.put_off",
    ],
    "conference.postponement_due": [
        "invitations.tell_of_postponement",
        "invitations.tell_of_calling_off",
        "delegations.tell_of_calling_off",
    ],
    "conference.cancelled": [
        "invitations.drop_reminders",
        "registration.drop_seat_reminders",
        "invitations.withdraw_all",
        "registration.call_off",
        "invitations.tell_of_calling_off",
        "delegations.tell_of_calling_off",
    ],
    "conference.closed": ["minutes.draft", "conferences.carry_over"],
    "series.news_due": ["invitations.tell_series_news"],
    "series.called_off": ["invitations.tell_of_series_calling_off"],
    "news.addressed": ["invitations.mail_news"],
    "series_news.addressed": ["invitations.mail_series_news"],
    "calling_off.addressed": ["invitations.mail_calling_off"],
    "series_calling_off.addressed": ["invitations.mail_series_calling_off"],
    "postponement.addressed": ["invitations.mail_postponement"],
    "conference.moved": [
        "invitations.drop_start_reminders",
        "registration.drop_seat_reminders",
        "invitations.take_over_proposals",
    ],
    "person.changed": ["invitations.follow_address"],
    "mail.received": ["invitations.take_reply"],
    "mail.bounced": ["invitations.follow_bounce"],
    "mail.refused": ["invitations.follow_bounce"],
    "invitation.proposal_declined": ["invitations.mail_proposal_declined"],
    "invitation.issued": ["invitations.mail_invitation"],
    "invitation.withdrawn": [
        "invitations.drop_own_reminders",
        "invitations.mail_cancellation",
        "registration.follow_withdrawal",
        "delegations.follow_withdrawal",
    ],
    "invitations.site_called_off": ["delegations.call_off_site"],
    "reminders.addressed": ["invitations.mail_reminders"],
    "invitation.answered": ["invitations.drop_own_reminders", "registration.follow_answer"],
    "seat_reminders.addressed": ["registration.mail_seat_reminders"],
    "registration.confirmed": ["registration.mail_confirmation"],
    "registration.signed_up": ["registration.mail_signup"],
    "registration.waitlisted": ["registration.mail_waiting"],
    "registration.offered": ["registration.mail_offer"],
    "registration.expired": ["registration.mail_expired"],
    "registration.refused": ["registration.mail_refusal"],
    "registration.cancelled": ["registration.drop_own_seat_reminder", "registration.promote"],
    "delegation.asked": ["delegations.mail_request"],
    "delegation.extended": ["delegations.mail_extended"],
    "delegation.brought_forward": ["delegations.mail_brought_forward"],
    "delegation.reminded": ["delegations.mail_reminder"],
    "delegation.escalated": ["delegations.mail_escalation"],
    "paper.requested": ["papers.mail_request"],
    "paper.extended": ["papers.mail_extended"],
    "paper.reminded": ["papers.mail_reminder"],
    "paper.returned": ["papers.mail_returned"],
    "paper.accepted": ["papers.mail_accepted"],
    "paper.missed": ["papers.mail_missing"],
    "poll.sealed": ["resolutions.count", "resolutions.mail_root"],
    "minutes.approved": ["articles.draft_recap", "conferences.carry_over"],
}

REACTIONS: dict[str, Reaction] = {
    f"{module.__name__.rpartition('.')[2]}.{function.__name__}": function
    for module, functions in {
        jobs: jobs.ALL,
        conferences: conferences.ALL,
        invitations: invitations.ALL,
        papers: papers.ALL,
        registration: registration.ALL,
        delegations: delegations.ALL,
        resolutions: resolutions.ALL,
        minutes: minutes.ALL,
        articles: articles.ALL,
    }.items()
    for function in functions
}


class NoSuchReaction(LookupError):
    """A delivery for a reaction that this release does not have."""


def reaction_to(consumer: str) -> Reaction:
    """What a delivery's consumer does; for one that is gone, a reaction that fails, so that its deliveries climb the
    ladder and are seen when dead, instead of waiting unseen for ever."""

    def gone(event: Event) -> None:
        raise NoSuchReaction(consumer)

    return REACTIONS.get(consumer.removeprefix("reaction:"), gone)

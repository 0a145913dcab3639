"""THE timetable: what happens because time passed. Each entry looks up what is due by the database; a missed tick
is made good by the next one."""

import structlog

from backend.conferences import services as conferences
from backend.core import context
from backend.delegations import services as delegations
from backend.invitations import services as invitations
from backend.jobs import services as jobs
from backend.mail import fetching
from backend.registration import services as registration
from backend.resolutions import services as resolutions
from backend.rights import services as rights
from workers.celery import app

log = structlog.get_logger(__name__)

#: task name → seconds between two runs
TIMETABLE = {
    "plenum.clock.close_due_polls": 1.0,
    "plenum.clock.watch_quorums": 5.0,
    "plenum.clock.tell_due_news": 5.0,
    "plenum.clock.fetch_mail": 10.0,
    "plenum.clock.expire_offers": 5.0,
    "plenum.clock.remind_of_papers": 20.0,
    "plenum.clock.remind_invitees": 20.0,
    "plenum.clock.mind_delegations": 20.0,
    "plenum.clock.tell_of_undelivered": 20.0,
    "plenum.clock.mark_stuck_jobs": 20.0,
    "plenum.clock.extend_series": 60.0,
    "plenum.clock.end_complaints": 3600.0,
    "plenum.clock.forget_what_expired": 3600.0,
    "plenum.clock.remind_data_officers": 300.0,
}
app.conf.beat_schedule = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}} for name, seconds in TIMETABLE.items()
}


@app.task(name="plenum.clock.close_due_polls")
def close_due_polls() -> None:
    """Seals the polls whose closing time has passed by the database's clock."""
    with context.acting(actor="clock"):
        resolutions.close_due()


@app.task(name="plenum.clock.watch_quorums")
def watch_quorums() -> None:
    """Tells where enough people have come, or too many have left, for a running conference to decide."""
    with context.acting(actor="clock"):
        resolutions.watch_quorums()


@app.task(name="plenum.clock.end_complaints")
def end_complaints() -> None:
    """Destroys the keys and empties the envelopes of secret polls nobody may complain about any more."""
    with context.acting(actor="clock"):
        resolutions.end_complaints()


@app.task(name="plenum.clock.tell_due_news")
def tell_due_news() -> None:
    """Closes the news windows that have been open long enough, so that people are told what changed."""
    with context.acting(actor="clock"):
        conferences.tell_due_news()


@app.task(name="plenum.clock.fetch_mail")
def fetch_mail() -> None:
    """Takes what came into the mailbox of replies into the ledger. A mailbox that is away is tried again at the next
    tick."""
    with context.acting(actor="clock"):
        try:
            fetching.fetch()
        except fetching.MailboxAway as away:
            log.warning("mailbox_away", error=str(away))


@app.task(name="plenum.clock.expire_offers")
def expire_offers() -> None:
    """Ends the offers of seats that nobody took up in time, and passes the seats on."""
    with context.acting(actor="clock"):
        registration.expire_offers()


@app.task(name="plenum.clock.remind_of_papers")
def remind_of_papers() -> None:
    """Reminds of papers as the moments before their deadline come, and tells secretaries of those that were missed."""
    with context.acting(actor="clock"):
        conferences.remind_of_papers()


@app.task(name="plenum.clock.remind_invitees")
def remind_invitees() -> None:
    """Reminds those who come, invited or not, and those who have not answered, as the set moments come."""
    with context.acting(actor="clock"):
        invitations.remind_invitees()
        registration.remind_seated()


@app.task(name="plenum.clock.mind_delegations")
def mind_delegations() -> None:
    """Reminds focal points, tells the unit above of silent ones, and closes delegations whose time is over."""
    with context.acting(actor="clock"):
        delegations.mind_deadlines()


@app.task(name="plenum.clock.tell_of_undelivered")
def tell_of_undelivered() -> None:
    """Tells focal points and organisers, in one letter each, whose letters did not arrive."""
    with context.acting(actor="clock"):
        delegations.tell_of_undelivered()


@app.task(name="plenum.clock.mark_stuck_jobs")
def mark_stuck_jobs() -> None:
    """Names the jobs stuck whose step the ladder has given up on."""
    with context.acting(actor="clock"):
        jobs.mark_stuck()


@app.task(name="plenum.clock.extend_series")
def extend_series() -> None:
    """Creates the meetings of series that a new day has brought within their horizon."""
    with context.acting(actor="clock"):
        conferences.extend_all_series()


@app.task(name="plenum.clock.forget_what_expired")
def forget_what_expired() -> None:
    """Drops what every sort of personal data has had its time of."""
    with context.acting(actor="clock"):
        rights.drop_old()


@app.task(name="plenum.clock.remind_data_officers")
def remind_data_officers() -> None:
    """Reminds data officers of requests whose legal deadline comes near, has come, or was missed."""
    with context.acting(actor="clock"):
        rights.remind_officers()

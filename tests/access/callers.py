"""Who asks: every role, of the host and of an organisation that has nothing to do with it."""

ANONYMOUS = "anonymous"
ROLES = ("organiser", "secretary", "editor", "approver", "auditor", "administrator")

#: People of the conferences: a duty or a seat, no role.
CHAIR, RECORDER, DELEGATE, GUEST = {"chair"}, {"recorder"}, {"delegate"}, {"guest"}
PARTICIPANTS = CHAIR | RECORDER | DELEGATE | GUEST
#: Holds roles in the host, above it, or everywhere.
ORGANISER = {"organiser", "organiser above"}
SECRETARY, EDITOR, APPROVER = {"secretary"}, {"editor"}, {"approver"}
AUDITOR = {"auditor", "auditor of everything"}
#: An administrator holds every role where the grant is: in the host, or everywhere.
ADMINISTRATOR = {"administrator", "administrator of everything"}
PARTNER = {"organiser of the partner"}

NOBODY = {"nobody"}
FOREIGNERS = {f"foreign {role}" for role in ROLES} | {"foreign chair"}
OUTSIDERS = NOBODY | FOREIGNERS

WRITERS = ORGANISER | SECRETARY | ADMINISTRATOR
HOST = WRITERS | EDITOR | APPROVER | AUDITOR
SIGNED_IN = HOST | PARTNER | PARTICIPANTS | OUTSIDERS
EVERYBODY = SIGNED_IN | {ANONYMOUS}

#: What somebody from elsewhere would be at the host.
AS_IF_AT_HOME = {
    "organiser of the partner": "organiser",
    **{caller: caller.removeprefix("foreign ") for caller in FOREIGNERS},
}

"""Plenum's settings, every changeable one from the environment (see .env.example)."""

from backend import env

DEBUG = env.flag("PLENUM_DEBUG")
SECRET_KEY = env.secret("PLENUM_SECRET_KEY", DEBUG)
SECRET_KEY_FALLBACKS = env.words("PLENUM_OLD_SECRET_KEYS")
# Signs receipts of ballots, urns and counts; empty: PLENUM_SECRET_KEY does.
RECEIPT_KEY = env.secret("PLENUM_RECEIPT_KEY", DEBUG) if env.text("PLENUM_RECEIPT_KEY", "") else ""
# Days after a secret poll was declared or annulled until its key is destroyed and its envelopes are emptied.
COMPLAINT_DAYS = env.number("PLENUM_COMPLAINT_DAYS", 15)
ALLOWED_HOSTS = env.hosts("PLENUM_HOSTS", DEBUG)
BASE_URL = env.text("PLENUM_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

FLOORS = [
    "backend.articles",
    "backend.minutes",
    "backend.resolutions",
    "backend.calendars",
    "backend.delegations",
    "backend.imports",
    "backend.registration",
    "backend.invitations",
    "backend.questions",
    "backend.conferences",
    "backend.documents",
    "backend.rights",
    "backend.privacy",
    "backend.people",
    "backend.jobs",
    "backend.mail",
    "backend.outbox",
    "backend.core",
]
INSTALLED_APPS = [
    *FLOORS,
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "backend.core.middleware.RequestContext",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.core.middleware.ContentPolicy",
    "backend.core.middleware.BodyLimit",
    "backend.core.middleware.Language",
    "backend.core.middleware.MethodRefusals",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASE = env.database("DATABASE_URL")
DATABASES = {
    "default": {
        **DATABASE,
        "CONN_MAX_AGE": 0,
        "TEST": {"NAME": env.text("PLENUM_TEST_DATABASE", "test_plenum")},
        "OPTIONS": {
            **DATABASE["OPTIONS"],
            # Casting, registering and relaying rely on READ COMMITTED; a server-side default must not change it.
            "options": "-c default_transaction_isolation=read\\ committed",
            "pool": {"min_size": 1, "max_size": env.number("PLENUM_DB_POOL", 8), "timeout": 10},
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")

AUTH_USER_MODEL = "people.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator")
]
LOGIN_FAILURES = env.number("PLENUM_LOGIN_FAILURES", 5)
LOGIN_WINDOW_SECONDS = env.number("PLENUM_LOGIN_WINDOW_SECONDS", 900)
# Within that window: how often people behind one remote address, and for one mailbox, may sign up on public pages.
SIGNUPS_FROM_ONE_ADDRESS = env.number("PLENUM_SIGNUPS_FROM_ONE_ADDRESS", 60)
SIGNUPS_FOR_ONE_MAILBOX = env.number("PLENUM_SIGNUPS_FOR_ONE_MAILBOX", 5)
# How long the link that confirms a mailbox works.
SIGNUP_HOURS = env.number("PLENUM_SIGNUP_HOURS", 48)
TRUSTED_PROXIES = env.number("PLENUM_TRUSTED_PROXIES", 0)

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
REQUIRED_LANGUAGE = "vi"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("PLENUM_TIME_ZONE", "Asia/Ho_Chi_Minh")

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

MAX_BODY_BYTES = env.number("PLENUM_MAX_BODY_BYTES", 2 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# Files people hand in: each, and what one of them may hold when unpacked.
UPLOAD_MAX_BYTES = env.number("PLENUM_UPLOAD_MAX_BYTES", 20 * 1024 * 1024)
UPLOAD_MAX_UNPACKED_BYTES = env.number("PLENUM_UPLOAD_MAX_UNPACKED_BYTES", 10 * UPLOAD_MAX_BYTES)
# Lists of people: each, what a workbook may hold when unpacked, and how long a list is kept.
IMPORT_MAX_BYTES = env.number("PLENUM_IMPORT_MAX_BYTES", 5 * 1024 * 1024)
IMPORT_MAX_UNPACKED_BYTES = env.number("PLENUM_IMPORT_MAX_UNPACKED_BYTES", 10 * IMPORT_MAX_BYTES)
IMPORT_KEPT_DAYS = env.number("PLENUM_IMPORT_KEPT_DAYS", 30)
PAPER_REMINDER_DAYS = env.numbers("PLENUM_PAPER_REMINDER_DAYS", "7,3,1")
DELEGATION_REMINDER_DAYS = env.numbers("PLENUM_DELEGATION_REMINDER_DAYS", "7,3,1")
#: Minutes after which those who can mend it are told, in one letter, of letters that did not arrive.
FAILED_LETTER_MINUTES = env.number("PLENUM_FAILED_LETTER_MINUTES", 10)
DELEGATION_GRACE_DAYS = env.number("PLENUM_DELEGATION_GRACE_DAYS", 2)

# Minutes before the start, and before the deadline for answers, at which invitees are reminded.
START_REMINDERS = env.numbers("PLENUM_START_REMINDERS", "10080,1440,120")
REPLY_REMINDERS = env.numbers("PLENUM_REPLY_REMINDERS", "4320,1440")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_HSTS_SECONDS = 31536000 if BASE_URL.startswith("https://") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

MAIL_SERVER = env.smtp("EMAIL_URL", "smtp://127.0.0.1:2525")
MAIL_FROM_NAME = env.text("PLENUM_MAIL_FROM_NAME", "Plenum")
MAIL_FROM = env.text("PLENUM_MAIL_FROM", "thumoi@plenum.example")
MAIL_DOMAIN = MAIL_FROM.rpartition("@")[2]
# Mails a minute to one domain ("*" for those not named), and from one organisation; 0 is no limit.
MAIL_DOMAIN_RATES = env.rates("PLENUM_MAIL_DOMAIN_RATES")
MAIL_SENDER_RATE = env.number("PLENUM_MAIL_SENDER_RATE", 0)
# Where replies go to, and where they are fetched from.
REPLY_ADDRESS = env.subaddressed("PLENUM_REPLY_ADDRESS")
INBOUND_MAILBOX = env.mailbox("PLENUM_INBOUND_URL")
INBOUND_MAX_BYTES = env.number("PLENUM_INBOUND_MAX_BYTES", 10 * 1024 * 1024)

NEWS_WINDOW = env.number("PLENUM_NEWS_WINDOW", 600)

WEBHOOK_PRIVATE_ADDRESSES = env.flag("PLENUM_WEBHOOK_PRIVATE_ADDRESSES")
WEBHOOK_TIMEOUT_SECONDS = env.number("PLENUM_WEBHOOK_TIMEOUT_SECONDS", 10)
#: How far feeds reach back and ahead, in months; bounded, so that no feed grows for ever.
CALENDAR_PAST_MONTHS = env.number("PLENUM_CALENDAR_PAST_MONTHS", 12)
CALENDAR_FUTURE_MONTHS = env.number("PLENUM_CALENDAR_FUTURE_MONTHS", 24)
#: How often calendar programs are asked to come back (REFRESH-INTERVAL).
CALENDAR_REFRESH_MINUTES = env.number("PLENUM_CALENDAR_REFRESH_MINUTES", 60)
METRICS_TOKEN = env.text("PLENUM_METRICS_TOKEN", "")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.people.authentication.TokenAuthentication",
        "backend.people.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backend.core.permissions.HouseRules"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.core.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["backend.core.filters.HouseFilters"],
    "DEFAULT_PAGINATION_CLASS": "backend.core.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "backend.core.schema.HouseSchema",
    "EXCEPTION_HANDLER": "backend.core.problems.answer",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "backend.core.negotiation.AlwaysJSON",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plenum API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "GET_LIB_DOC_EXCLUDES": "backend.core.schema.silent_bases",
    "ENUM_NAME_OVERRIDES": {
        "ArticleKind": "backend.articles.states.ArticleKind",
        "ArticleState": "backend.articles.states.ArticleState",
        "BlockKind": "backend.articles.states.BlockKind",
        "BlockStatus": "backend.articles.states.BlockStatus",
        "Confidentiality": "backend.conferences.states.Confidentiality",
        "WatchedQuorumBase": "backend.resolutions.states.QuorumBase",
        "AgendaItemKind": "backend.conferences.states.ItemKind",
        "AgendaItemState": "backend.conferences.states.ItemState",
        "ChangeKind": "backend.conferences.states.ChangeKind",
        "ClonePart": "backend.conferences.states.ClonePart",
        "TemplatePart": ["sites", "agenda", "duties", "topics", "legal_basis"],
        "ClashPolicy": "backend.conferences.states.ClashPolicy",
        "ConferenceKind": "backend.conferences.states.Kind",
        "ConferenceState": "backend.conferences.states.ConferenceState",
        "DayPart": "backend.conferences.states.DayPart",
        "DutyKind": "backend.conferences.states.DutyKind",
        "OccurrenceOutcome": "backend.conferences.states.Outcome",
        "EquipmentKind": "backend.conferences.states.Equipment",
        "PaperState": "backend.conferences.states.PaperState",
        "OrganiserRole": "backend.conferences.states.OrganiserRole",
        "Phase": "backend.conferences.states.Phase",
        "SpeechKind": "backend.conferences.states.SpeechKind",
        "AnsweredVia": "backend.questions.states.AnsweredVia",
        "QuestionKind": "backend.questions.states.QuestionKind",
        "FeedKind": "backend.calendars.states.FeedKind",
        "Answer": "backend.invitations.states.Answer",
        "Category": "backend.conferences.states.Category",
        "Substitutes": "backend.invitations.states.Substitutes",
        "DataRequestKind": "backend.rights.states.RequestKind",
        "DataRequestState": "backend.rights.states.RequestState",
        "DataRequestVia": "backend.rights.states.RequestVia",
        "IdentityCheck": "backend.rights.states.Identity",
        "DelegationState": "backend.delegations.states.DelegationState",
        "InvitationState": "backend.invitations.states.InvitationState",
        "ProposalKindByMail": "backend.invitations.states.ProposalKind",
        "ProposalStateByMail": "backend.invitations.states.ProposalState",
        "InboundReason": "backend.mail.states.InboundReason",
        "InboundState": "backend.mail.states.InboundState",
        "InboundVia": "backend.mail.states.InboundVia",
        "ImportState": "backend.imports.states.ImportState",
        "RowOutcome": "backend.imports.states.Outcome",
        "MailBatchState": "backend.mail.states.BatchState",
        "JobState": "backend.jobs.states.JobState",
        "MailState": "backend.mail.models.MailState",
        "ConclusionKind": "backend.minutes.states.ConclusionKind",
        "FindingKind": "backend.minutes.states.FindingKind",
        "MinutesState": "backend.minutes.states.MinutesState",
        "ProposalKind": "backend.minutes.states.ProposalKind",
        "DeliveryState": "backend.outbox.states.DeliveryState",
        "Honorific": "backend.people.models.Honorific",
        "RelayClock": ["commit", "record"],
        "Language": "django.conf.settings.LANGUAGES",
        "Role": "backend.people.models.Role",
        "Scope": "backend.people.scopes.SCOPES",
        "Direction": "backend.registration.states.Direction",
        "PresenceSource": "backend.registration.states.PresenceSource",
        "AdmissionMode": "backend.registration.states.AdmissionMode",
        "RegistrationState": "backend.registration.states.RegistrationState",
        "Choice": "backend.resolutions.states.Choice",
        "PollState": "backend.resolutions.states.PollState",
        "ResolutionState": "backend.resolutions.states.ResolutionState",
        "TextSource": "backend.resolutions.states.TextSource",
        "AmendmentKind": "backend.resolutions.states.AmendmentKind",
        "AmendmentState": "backend.resolutions.states.AmendmentState",
        "AmendmentConflict": "backend.resolutions.wording.amending.CONFLICTS",
        "BackingRole": "backend.resolutions.states.BackingRole",
        "SupportBy": "backend.resolutions.states.SupportBy",
        "Comparison": "backend.resolutions.counting.rule.COMPARISONS",
        "Counted": "backend.resolutions.counting.rule.COUNTED",
        "QuorumBase": "backend.resolutions.counting.rule.QUORUM_BASES",
        "ThresholdBase": "backend.resolutions.counting.rule.THRESHOLD_BASES",
        "Moment": "backend.resolutions.counting.rule.MOMENTS",
        "Outcome": "backend.resolutions.counting.verdict.OUTCOMES",
        "ElectionOutcome": "backend.resolutions.counting.election.ELECTION_OUTCOMES",
        "ElectionState": "backend.resolutions.states.ElectionState",
        "StageOfCount": "backend.resolutions.counting.stv.ACTS",
        "DecidedByLot": "backend.resolutions.counting.stv.LOTS_DECIDE",
        "StandingInElection": "backend.resolutions.counting.election.STANDINGS",
        "CountingOfPreferences": "backend.resolutions.methods.COUNTINGS",
        "Tie": "backend.resolutions.counting.rule.TIES",
        "CountSign": ["=", "≈", ">"],
        "Secrecy": "backend.resolutions.states.Secrecy",
        "ReceiptKind": "backend.resolutions.states.ReceiptKind",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.core.schema.describe_house",
    ],
}
LOGGING_CONFIG = "backend.core.logs.configure"
LOGGING = {"level": env.text("PLENUM_LOG_LEVEL", "INFO"), "plain": env.flag("PLENUM_LOG_PLAIN")}

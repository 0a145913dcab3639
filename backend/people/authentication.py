"""How a request says whose it is: a bearer token (programs) or a session cookie with CSRF (people)."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions

from backend.core import context
from backend.people.models import Account, ApiToken
from backend.people.queries import live_token


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer plenum_…`. The token's scopes narrow what its account may do."""

    def authenticate(self, request: Any) -> tuple[Account, ApiToken] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = live_token(secret.strip())
        if token is None:
            raise exceptions.AuthenticationFailed()
        context.identify(f"account:{token.account_id}")
        return token.account, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="plenum"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie; writes need the CSRF token."""

    def authenticate(self, request: Any) -> tuple[Account, None] | None:
        found = super().authenticate(request)
        if found is not None:
            context.identify(f"account:{found[0].pk}")
        return found

    def authenticate_header(self, request: Any) -> str:
        return 'Session realm="plenum"'


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A token of `POST /api/v1/tokens`."}


class SessionScheme(OpenApiAuthenticationExtension):
    """The cookie alone reads; writing takes the CSRF token beside it."""

    target_class = SessionAuthentication
    name = ["session", "csrf"]

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[Any]]:
        return {"session": [], "csrf": []} if auto_schema.writes else {"session": []}

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-CSRFToken",
                "description": "`csrf_token` of `GET /api/v1/sessions/current`, beside the session cookie.",
            },
        ]

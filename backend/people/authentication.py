"""How a request says whose it is: a bearer token (programs) or a session cookie with CSRF (people)."""

from typing import Any

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

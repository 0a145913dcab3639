"""Addresses of mail: /api/v1/…"""

from typing import Any

from backend.mail import api

routes: list[tuple[Any, ...]] = [("mails", api.MailViewSet, "mail")]

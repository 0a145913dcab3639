"""Addresses of mail: /api/v1/…"""

from typing import Any

from backend.mail import api

routes: list[tuple[Any, ...]] = [
    ("mails", api.MailViewSet, "mail"),
    ("mail-batches", api.MailBatchViewSet, "mail-batch"),
    ("inbound-mails", api.InboundMailViewSet, "inbound-mail"),
    ("suppressed-addresses", api.SuppressedAddressViewSet, "suppressed-address"),
]

"""Who may do what with calendar links: everybody with their own."""

from backend.core.permissions import Rules, signed_in

LINKS: Rules = dict.fromkeys(("list", "retrieve", "create", "destroy", "reissue", "contents"), signed_in)

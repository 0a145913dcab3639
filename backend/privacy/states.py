"""What people may decide about their data, and how they say so."""

from django.db import models

from backend.core.text import say


class Decision(models.TextChoices):
    GIVEN = "given", say(vi="đồng ý", en="given")
    WITHDRAWN = "withdrawn", say(vi="rút lại", en="withdrawn")


class ConsentVia(models.TextChoices):
    """How a decision was said."""

    PAGE = "page", say(vi="trên trang không cần tài khoản", en="on the page that needs no account")
    REPLY = "reply", say(vi="khi trả lời giấy mời", en="when answering an invitation")
    API = "api", say(vi="qua API, bằng tài khoản của mình", en="through the API, with an account of their own")
    PAPER = "paper", say(vi="bằng giấy", en="on paper")
    ORAL = "oral", say(vi="bằng lời", en="by word of mouth")


#: Said to somebody, who took it down.
BY_HAND = (ConsentVia.PAPER, ConsentVia.ORAL)

"""What sorts of questions there are, and how answers come."""

from django.db import models

from backend.core.text import say


class QuestionKind(models.TextChoices):
    SHORT_TEXT = "short_text", say(vi="trả lời ngắn", en="short text")
    LONG_TEXT = "long_text", say(vi="trả lời dài", en="long text")
    NUMBER = "number", say(vi="số", en="number")
    DATE = "date", say(vi="ngày", en="date")
    CHOICE = "choice", say(vi="chọn một", en="one of several")
    CHOICES = "choices", say(vi="chọn nhiều", en="several of several")
    YES_NO = "yes_no", say(vi="có hoặc không", en="yes or no")


#: Questions that are answered by one or more of their options.
OF_OPTIONS = frozenset({QuestionKind.CHOICE, QuestionKind.CHOICES})
#: Questions another one may depend on by "equals": one word says the answer.
EQUALLED = frozenset(
    {
        QuestionKind.SHORT_TEXT,
        QuestionKind.NUMBER,
        QuestionKind.DATE,
        QuestionKind.CHOICE,
        QuestionKind.YES_NO,
    }
)


class AnsweredVia(models.TextChoices):
    REPLY = "reply", say(vi="khi trả lời giấy mời", en="with the reply to an invitation")
    PAGE = "page", say(vi="trên trang đăng ký", en="on the registration page")
    OWN = "own", say(vi="tự trả lời qua API", en="by the person through the API")
    STAFF = "staff", say(vi="ban tổ chức ghi", en="recorded by the organiser")

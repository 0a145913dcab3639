"""The states of a delivery."""

from django.db import models

from backend.core.text import say


class DeliveryState(models.TextChoices):
    DUE = "due", say(vi="chờ xử lý", en="due")
    SETTLED = "settled", say(vi="đã xong", en="settled")
    DEAD = "dead", say(vi="đã bỏ cuộc", en="dead")

"""The life of minutes, and the vocabularies of the record they are made from."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class MinutesState(models.TextChoices):
    DRAFT = "draft", say(vi="dự thảo", en="draft")
    SUBMITTED = "submitted", say(vi="đã trình", en="submitted")
    APPROVED = "approved", say(vi="đã duyệt", en="approved")


MOVES = Machine(
    edit=("draft", "draft"),
    submit=("draft", "submitted"),
    send_back=("submitted", "draft"),
    approve=("submitted", "approved"),
)


class FindingKind(models.TextChoices):
    ACHIEVEMENT = "achievement", say(vi="kết quả đạt được", en="achievement")
    LIMITATION = "limitation", say(vi="hạn chế", en="limitation")
    CAUSE = "cause", say(vi="nguyên nhân", en="cause")


class ProposalKind(models.TextChoices):
    PROPOSAL = "proposal", say(vi="đề xuất", en="proposal")
    PETITION = "petition", say(vi="kiến nghị", en="petition")


class ConclusionKind(models.TextChoices):
    DIRECTIVE = "directive", say(vi="chỉ đạo", en="directive")
    CONCLUSION = "conclusion", say(vi="kết luận", en="conclusion")
    TASK = "task", say(vi="nhiệm vụ", en="task")
    PILLAR = "pillar", say(vi="trụ cột", en="pillar")

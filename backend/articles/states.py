"""An article's life."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class ArticleState(models.TextChoices):
    DRAFT = "draft", say(vi="nháp", en="draft")
    REVIEW = "review", say(vi="chờ duyệt", en="in review")
    APPROVED = "approved", say(vi="đã duyệt", en="approved")
    PUBLISHED = "published", say(vi="đã đăng", en="published")
    RETRACTED = "retracted", say(vi="đã gỡ", en="retracted")


MOVES = Machine(
    edit=({"draft", "review"}, "draft"),
    submit=("draft", "review"),
    send_back=({"review", "approved"}, "draft"),
    approve=("review", "approved"),
    publish=("approved", "published"),
    correct=("published", "published"),
    retract=("published", "retracted"),
)


class ArticleKind(models.TextChoices):
    RECAP = "recap", say(vi="tin hội nghị", en="recap")
    FEATURE = "feature", say(vi="bài viết", en="feature")
    REPUBLICATION = "republication", say(vi="đăng lại", en="republication")


class BlockKind(models.TextChoices):
    PARAGRAPH = "paragraph", say(vi="đoạn", en="paragraph")
    HEADING = "heading", say(vi="đề mục", en="heading")
    QUOTE = "quote", say(vi="trích dẫn", en="quotation")
    CAPTION = "caption", say(vi="chú thích ảnh", en="caption")


class BlockStatus(models.TextChoices):
    MISSING = "missing", say(vi="thiếu", en="missing")
    DRAFTED = "drafted", say(vi="máy soạn", en="drafted")
    HUMAN = "human", say(vi="người viết", en="human")
    STALE = "stale", say(vi="đã cũ", en="stale")
    REVIEWED = "reviewed", say(vi="đã soát", en="reviewed")

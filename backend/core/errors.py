"""What can go wrong on purpose. Each class is one problem type (RFC 9457): a slug, a status and a sentence."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError

from backend.core.text import say


class DomainError(Exception):
    """A refusal with a reason. `sentence` overrides the class's own; `extra` members go into the problem document."""

    status = 409
    slug = "conflict"
    title: Any = say(vi="Yêu cầu trái với trạng thái hiện tại.", en="The request conflicts with the current state.")

    def __init__(self, sentence: Any = None, **extra: Any) -> None:
        self.sentence = sentence or self.title
        self.extra = extra
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


def constraint_of(error: IntegrityError) -> str:
    """Which constraint, or guard that speaks as one, PostgreSQL refused the rows by; "" when it names none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


class Conflict(DomainError):
    pass


class IllegalMove(DomainError):
    """The sentence says the state by its `label`; programs read the codes `verb`, `state` and `legal` beside it."""

    slug = "illegal-move"

    def __init__(self, *, verb: str, state: str, label: Any, legal: list[str]) -> None:
        end = say(vi=" Từ trạng thái này không còn bước nào.", en=" Nothing leads on from this state.")
        super().__init__(
            say(
                vi="Không làm được việc này khi đang ở trạng thái “{label}”.{rest}",
                en="This is not possible in the state “{label}”.{rest}",
                label=label,
                rest="" if legal else end,
            ),
            verb=verb,
            state=state,
            legal=legal,
        )


class StaleWrite(DomainError):
    status = 412
    slug = "stale-write"
    title = say(
        vi="Người khác đã sửa trong lúc bạn làm việc. Hãy tải lại rồi sửa.",
        en="Somebody else changed this meanwhile. Load it again, then edit.",
    )


class PreconditionRequired(DomainError):
    status = 428
    slug = "precondition-required"
    title = say(
        vi="Cần tiêu đề If-Match mang ETag của bản bạn đã đọc.",
        en="An If-Match header with the ETag of what you read is required.",
    )


class Forbidden(DomainError):
    status = 403
    slug = "forbidden"
    title = say(vi="Bạn không có quyền làm việc này.", en="You may not do this.")


class NotFound(DomainError):
    status = 404
    slug = "not-found"
    title = say(vi="Không tìm thấy.", en="Not found.")


class Invalid(DomainError):
    """Input that is well-formed but wrong; `fields` maps a field's path to its sentence."""

    status = 400
    slug = "invalid"
    title = say(vi="Dữ liệu gửi lên chưa đúng.", en="The request contains invalid data.")

    def __init__(self, fields: Mapping[str, Any], sentence: Any = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields)


class KeyReused(DomainError):
    status = 422
    slug = "idempotency-key-reused"
    title = say(
        vi="Idempotency-Key này đã dùng cho một yêu cầu khác.",
        en="This Idempotency-Key was used for a different request.",
    )


class TooManyAttempts(DomainError):
    status = 429
    slug = "too-many-attempts"
    title = say(vi="Thử quá nhiều lần. Hãy đợi rồi thử lại.", en="Too many attempts. Wait, then try again.")

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class TooLarge(DomainError):
    status = 413
    slug = "too-large"
    title = say(vi="Nội dung gửi lên quá lớn.", en="The request body is too large.")


class Gone(DomainError):
    status = 410
    slug = "gone"
    title = say(vi="Liên kết này không còn hiệu lực.", en="This link is no longer valid.")

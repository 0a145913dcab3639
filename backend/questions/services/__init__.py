"""What is done with questions: published, answered, forgotten."""

from backend.questions.services.answering import answer
from backend.questions.services.publishing import publish

__all__ = ["answer", "publish"]

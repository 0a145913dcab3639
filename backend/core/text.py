"""Text in several languages: sentences of the program, and language maps in the record."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language, override

Text = dict[str, str]


def current_language() -> str:
    """The caller's language as one of settings.LANGUAGES."""
    code = (get_language() or settings.LANGUAGE_CODE)[:2]
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _spoken(texts: Mapping[str, str], values: Mapping[str, Any]) -> str:
    sentence = texts.get(current_language(), texts[settings.REQUIRED_LANGUAGE])  # "" says nothing on purpose
    return sentence.format(**values) if values else sentence


_spoken_later = lazy(_spoken, str)


def say(*, vi: str, en: str, **values: Any) -> Any:
    """A sentence that turns into the caller's language when it is written out; `values` fill its {places}."""
    return _spoken_later({"vi": vi, "en": en}, values)


def both(sentence: Any) -> Text:
    """A sentence made by `say`, written out in every language."""
    texts: Text = {}
    for code, _ in settings.LANGUAGES:
        with override(code):
            texts[code] = str(sentence)
    return texts


def localized(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """The text in `language` (default: the caller's), else in the required one, else in any, else ''."""
    if not texts:
        return ""
    return (
        texts.get(language or current_language()) or texts.get(settings.REQUIRED_LANGUAGE) or next(iter(texts.values()))
    )


def check_language_map(value: object, *, required: bool = True, max_length: int = 20000) -> None:
    """Raises ValidationError unless `value` is {"vi": "…", "en": "…"} in known languages, vi present when required."""
    if not isinstance(value, dict):
        raise ValidationError(
            say(vi='Phải là bảng ngôn ngữ {{"vi": …}}.', en='Must be a language map {{"vi": …}}.', _=0)
        )
    known = dict(settings.LANGUAGES)
    for code, text in value.items():
        if code not in known:
            raise ValidationError(say(vi="Ngôn ngữ không biết: {code}.", en="Unknown language: {code}.", code=code))
        if not isinstance(text, str):
            raise ValidationError(say(vi="Bản {code} phải là chữ.", en="The {code} text must be a string.", code=code))
        if len(text) > max_length:
            raise ValidationError(
                say(
                    vi="Bản {code} dài quá {n} ký tự.",
                    en="The {code} text exceeds {n} characters.",
                    code=code,
                    n=max_length,
                )
            )
    if required and not str(value.get(settings.REQUIRED_LANGUAGE, "")).strip():
        raise ValidationError(say(vi="Thiếu bản tiếng Việt.", en="The Vietnamese text is required."))


class LocalizedTextField(models.JSONField):
    """A language map. Required: {"vi": …} must be present; optional (blank=True): {} means nothing is known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("blank"):
            kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        check_language_map(value, required=not self.blank)

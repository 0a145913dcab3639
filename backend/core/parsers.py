"""JSON in, strictly: no NaN or infinite numbers, no duplicate keys, no NUL characters, no lone surrogates, no bottomless nesting."""

import json
import math
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from backend.core.errors import TooLarge
from backend.core.text import say

MAX_DEPTH = 32


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _check(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(say(vi="JSON lồng nhau quá sâu.", en="The JSON is nested too deeply."))
    if isinstance(value, str):
        if "\x00" in value:
            raise ParseError(say(vi="Ký tự NUL không được nhận.", en="NUL characters are not accepted."))
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise ParseError(say(vi="Chữ không phải Unicode hợp lệ.", en="Text is not valid Unicode."))
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def read_json(raw: bytes) -> Any:
    """Raises ParseError when `raw` is not JSON that can be stored."""
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_float=_finite, parse_constant=_refuse_constant, object_pairs_hook=_unique
        )
    except (ValueError, RecursionError):
        raise ParseError(say(vi="Nội dung không phải JSON hợp lệ.", en="The body is not valid JSON.")) from None
    _check(value)
    return value


def written_json(value: Any) -> bytes:
    """The shortest JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(raw) > settings.MAX_BODY_BYTES:
            raise TooLarge()
        return read_json(raw)

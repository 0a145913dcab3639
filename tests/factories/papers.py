"""Papers, and small files of every kind that can be handed in."""

import io
import zipfile
from typing import Any

import factory

from backend.conferences import models
from tests.factories.conferences import SpeakerFactory

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def office_file(format: str = "docx", **members: bytes) -> bytes:
    """A .docx or .pptx as far as anybody looks."""
    main = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml"}[format]
    whole = {"[Content_Types].xml": b"<Types/>", main: b"<document/>", **members}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    return packed.getvalue()


class PaperFactory(factory.django.DjangoModelFactory[models.Paper]):
    """Asked of a planned speaker, without a deadline."""

    class Meta:
        model = models.Paper

    speaker: Any = factory.SubFactory(SpeakerFactory)
    conference = factory.SelfAttribute("speaker.conference")

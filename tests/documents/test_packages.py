"""A document of Office Open XML says in [Content_Types].xml what it holds (ECMA-376 part 2); any other archive is none."""

import io
import zipfile

import pytest

from backend.core.errors import Invalid
from backend.documents import uploads
from backend.documents.uploads import looked_at
from tests.factories.papers import office_file


@pytest.mark.parametrize(
    "members", [("word/document.xml",), ("[Content_Types].xml",), ("[Content_Types].xml", "a.xml")]
)
def test_an_archive_that_lacks_a_part_is_no_document(members: tuple[str, ...]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in members:
            archive.writestr(name, b"<x/>")
    with pytest.raises(Invalid) as refused:
        looked_at(filename="a.docx", content=packed.getvalue())
    assert "không phải docx" in str(refused.value.fields["file"])


def test_an_archive_of_too_many_parts_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_MEMBERS", 10)
    parts = {f"word/media/{number}.png": b"x" for number in range(8)}
    assert looked_at(filename="a.docx", content=office_file(**parts)).format == "docx"
    with pytest.raises(Invalid) as refused:
        looked_at(filename="a.docx", content=office_file(**parts, **{"word/media/8.png": b"x"}))
    assert "giải nén ra quá lớn" in str(refused.value.fields["file"])

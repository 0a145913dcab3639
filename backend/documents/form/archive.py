"""Office files are archives, and their libraries write the hour of the call into them."""

import datetime as dt
import io
import re
import zipfile

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def dated(written: io.BytesIO, made_at: dt.datetime) -> bytes:
    """The same archive with `made_at` for the date of every file in it, and for when the document was last changed."""
    moment = made_at.astimezone(dt.UTC)
    out = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            new.writestr(zipfile.ZipInfo(info.filename, moment.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()

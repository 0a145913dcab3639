"""/conferences/{id}/programme/print: the programme to be laid on the table or worked on in a spreadsheet."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action

from backend.conferences import printing, queries
from backend.conferences.api.programmes import programme_asked_for
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.schema import BYTES_AT_HAND
from backend.core.text import current_language, say
from backend.documents.queries import disposition

FORMATS = {
    "pdf": ("application/pdf", printing.write_pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", printing.write_xlsx),
}
_FILENAMES = {"vi": "chuong-trinh", "en": "programme", "both": "chuong-trinh-programme"}


class PrintsProgrammes(HouseViewSet):
    """What the viewset of conferences prints."""

    own_refusals = {"print": (409,)}

    @extend_schema(
        parameters=[
            OpenApiParameter("format", str, enum=sorted(FORMATS), description="Default: pdf."),
            OpenApiParameter(
                "language",
                str,
                enum=sorted(printing.LANGUAGES),
                description="`both`: Vietnamese and English side by side. Default: the caller's language.",
            ),
            OpenApiParameter("release", int, description="Its number. Default: what GET …/programme shows you."),
            BYTES_AT_HAND,
        ],
        responses={
            **{(200, media_type): OpenApiTypes.BINARY for media_type, _ in FORMATS.values()},
            304: OpenApiResponse(description="Still what you have."),
        },
    )
    @action(detail=True, methods=["get"], url_path="programme/print", filterset_class=None)
    def print(self, request: Any, pk: str) -> HttpResponse:
        """The programme on paper (PDF/A-2b, A4) or as a spreadsheet, without what is closed to the caller.

        A working programme in which nothing differs from the last release is printed as that release. The ETag is a SHA-256 of everything printed. 409 for what is too large to be printed, 503 when printing was
        stopped because it took too long.
        """
        conference = self.get_object()
        format = choice(request, "format", sorted(FORMATS), "pdf")
        language = choice(request, "language", sorted(printing.LANGUAGES), current_language())
        programme, release = programme_asked_for(self.account, conference, self.number_asked_for("release"))
        if release is None and (same := queries.release_of_today(conference)) is not None:
            programme, release = queries.cut_for(queries.released(same), self.account, conference), same
        sheet = printing.lay_out(
            programme,
            heading=queries.heading_of(conference, programme, release),
            names=queries.names_for(programme),
            language=language,
        )
        tag = f'"{sheet.tag(format)}"'
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers={"ETag": tag})
        media_type, write = FORMATS[format]
        edition = "draft" if release is None else str(release.number)
        filename = f"{conference.slug}-{_FILENAMES[language]}-{edition}.{format}"
        return HttpResponse(
            write(sheet), content_type=media_type, headers={"ETag": tag, "Content-Disposition": disposition(filename)}
        )


def choice(request: Any, name: str, choices: list[str], default: str) -> str:
    given: str = request.query_params.get(name, default)
    if given not in choices:
        known = ", ".join(choices)
        raise Invalid({name: say(vi="Chỉ có: {known}.", en="Must be one of: {known}.", known=known)})
    return given

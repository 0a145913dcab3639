"""Pages that a link in a letter opens: no account, no script, nothing from elsewhere, in the language of the letter.

GET only shows: mail scanners and previews fetch every link they see. POST acts.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from backend.core.errors import DomainError
from backend.core.text import Text, current_language, localized


# No CSRF token: mail programs open the page in browsers of their own that keep no cookies, and it has no session to
# ride on. The signed token in the address is the authority, and another site that knows it could act anyway.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class LinkPage(View):
    """`get` and `post` are given what the token opens, and the token. A refusal, of theirs too, is a page that says why:
    404 for a wrong link, 410 for a void one, 409 for a bad moment.

    Subclasses say how a token is `opened_by` somebody, in which language they are spoken to, what it is about, and what
    has to hold before anything is shown.
    """

    http_method_names = ["get", "head", "post"]
    answers_pages = True
    opened_by: Callable[[str], Any]
    language_of: Callable[[Any], str]
    title_of: Callable[[Any], Text] = staticmethod(lambda opened: {})
    check: Callable[[Any], object] = staticmethod(lambda opened: None)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            opened = self.opened_by(kwargs["token"])
        except DomainError as refusal:
            return refused(request, refusal)
        language = self.language_of(opened)
        with override(language):
            try:
                self.check(opened)
                response = super().dispatch(request, opened, kwargs["token"])
            except DomainError as refusal:
                response = refused(request, refusal, localized(self.title_of(opened)))
            response["Content-Language"] = language
        return response


def refused(request: HttpRequest, refusal: DomainError, title: str = "") -> HttpResponse:
    return sentence(request, refusal.sentence, title, status=refusal.status)


def sentence(request: HttpRequest, said: Any, title: str = "", *, status: int = 200) -> HttpResponse:
    """A page that says this and nothing else."""
    facts = {"sentence": said, "title": title, "language": current_language()}
    return render(request, "reply/refused.html", facts, status=status)

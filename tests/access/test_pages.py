"""The addresses beside the API: open to everybody, to be read only, and silent about what is not public."""

from collections.abc import Callable

import pytest

from backend.conferences.services.news import keep_told
from backend.delegations import links as delegation_links
from backend.invitations import paper_links
from backend.privacy import links as privacy_links
from backend.registration import offer_links
from tests.access.operations import METHODS, pages
from tests.access.world import World
from tests.factories.conferences import ConferenceFactory

pytestmark = pytest.mark.django_db
CONFIDENTIALITY = "restricted"
#: Pages whose addresses say who opens them, to be written in.
FORMS = {"/r/<token>", "/p/<token>", "/d/<token>", "/o/<token>", "/c/<token>", "/g/<token>", "/q/<token>", "/y/<token>"}
#: What one person opens with a link of their own: it tells of the conference it is about.
OWN = {"/calendars/private/<secret>.ics", "/r/<token>/letter"}


def told(world: World) -> bool:
    """A letter holds while its time and place are those that people were told."""
    return bool(keep_told(world.announced))


#: Every page there is → one address of it that answers.
PAGES: dict[str, Callable[[World], str]] = {
    "/api/v1/schema": lambda w: "/api/v1/schema",
    "/api/docs": lambda w: "/api/docs",
    "/api/asyncapi": lambda w: "/api/asyncapi",
    "/problems/<slug>": lambda w: "/problems/not-found",
    "/": lambda w: "/",
    "/health/live": lambda w: "/health/live",
    "/health/ready": lambda w: "/health/ready",
    "/metrics": lambda w: "/metrics",
    "/vi/bai-viet": lambda w: "/vi/bai-viet",
    "/en/articles": lambda w: "/en/articles",
    "/vi/bai-viet/<slug>": lambda w: f"/vi/bai-viet/{w.published.slug}",
    "/en/articles/<slug>": lambda w: f"/en/articles/{w.published.slug}",
    "/vi/hoi-nghi": lambda w: "/vi/hoi-nghi",
    "/en/conferences": lambda w: "/en/conferences",
    "/vi/hoi-nghi/<slug>": lambda w: f"/vi/hoi-nghi/{w.elsewhere.slug}",
    "/en/conferences/<slug>": lambda w: f"/en/conferences/{w.elsewhere.slug}",
    "/<language>/feed.atom": lambda w: "/vi/feed.atom",
    "/<language>/feed.json": lambda w: "/vi/feed.json",
    "/calendars/conferences/<slug>.ics": lambda w: f"/calendars/conferences/{w.elsewhere.slug}.ics",
    "/calendars/conferences/<slug>.jsonld": lambda w: f"/calendars/conferences/{w.elsewhere.slug}.jsonld",
    "/calendars/series/<pk>.ics": lambda w: f"/calendars/series/{w.public_series.pk}.ics",
    "/calendars/rooms/<pk>.ics": lambda w: f"/calendars/rooms/{w.halls[0].room.pk}.ics",
    "/calendars/organisations/<slug>.ics": lambda w: f"/calendars/organisations/{w.foreign.slug}.ics",
    "/calendars/private/<secret>.ics": lambda w: f"/calendars/private/{w.link_secret}.ics",
    "/q/<token>": lambda w: f"/q/{privacy_links.sign(w.delegate)}",
    "/my-data/<token>": lambda w: f"/my-data/{w.copy_token}",
    "/r/<token>": lambda w: f"/r/{w.reply_token}",
    "/r/<token>/letter": lambda w: told(w) and f"/r/{w.reply_token}/letter",
    "/d/<token>": lambda w: f"/d/{delegation_links.sign(w.asked_delegation.pk, 1)}",
    "/p/<token>": lambda w: f"/p/{paper_links.sign(w.paper.pk, 1)}",
    "/c/<token>": lambda w: f"/c/{privacy_links.sign(w.delegate)}",
    "/g/<token>": lambda w: f"/g/{w.page_token}",
    "/y/<token>": lambda w: f"/y/{w.signup_token}",
    "/o/<token>": lambda w: f"/o/{offer_links.sign(w.offered.pk)}",
}


def test_every_page_is_asked_for_here() -> None:
    assert set(pages()) == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_everybody_may_read_it_and_nobody_write_it(world: World, page: str) -> None:
    address = PAGES[page](world)
    assert world.http.get(address, follow=True).status_code == 200
    for method in METHODS[1:]:
        if page not in FORMS or method != "POST":
            assert world.http.generic(method, address).status_code == 405, method


@pytest.mark.parametrize("page", sorted(set(PAGES) - FORMS - OWN))
def test_no_page_names_a_restricted_conference(world: World, page: str) -> None:
    said = world.http.get(PAGES[page](world)).content.decode()
    for conference in (world.draft, world.announced, world.running, world.closed):
        assert conference.slug not in said
        assert conference.title["vi"] not in said


@pytest.mark.parametrize("place", ["/vi/hoi-nghi/", "/en/conferences/"])
def test_a_restricted_or_unannounced_conference_has_no_page(world: World, place: str) -> None:
    for conference in (world.announced, ConferenceFactory(state="draft")):
        assert world.http.get(place + conference.slug).status_code == 404


@pytest.mark.parametrize("place", ["/vi/bai-viet/", "/en/articles/"])
def test_an_unpublished_article_has_no_page(world: World, place: str) -> None:
    for article in (world.article, world.in_review, world.approved_article):
        assert world.http.get(place + article.slug).status_code == 404

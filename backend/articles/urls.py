"""Where articles answer: the API's routes, and the public pages outside it."""

from django.urls import path

from backend.articles import feeds
from backend.articles import pages as public
from backend.articles.api import ArticleViewSet

routes = [("articles", ArticleViewSet)]

pages = [
    path("", public.home),
    path("vi/bai-viet", public.article_index, {"language": "vi"}, name="articles-vi"),
    path("en/articles", public.article_index, {"language": "en"}, name="articles-en"),
    path("vi/bai-viet/<slug:slug>", public.article, {"language": "vi"}, name="article-vi"),
    path("en/articles/<slug:slug>", public.article, {"language": "en"}, name="article-en"),
    path("vi/hoi-nghi", public.conference_index, {"language": "vi"}, name="conferences-vi"),
    path("en/conferences", public.conference_index, {"language": "en"}, name="conferences-en"),
    path("vi/hoi-nghi/<slug:slug>", public.conference, {"language": "vi"}, name="conference-vi"),
    path("en/conferences/<slug:slug>", public.conference, {"language": "en"}, name="conference-en"),
    path("<str:language>/feed.atom", feeds.atom, name="feed-atom"),
    path("<str:language>/feed.json", feeds.json_feed, name="feed-json"),
]

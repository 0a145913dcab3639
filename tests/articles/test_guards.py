"""What PostgreSQL refuses, and who wins when two act at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from backend.articles import services
from backend.articles.models import Article, ArticleRevision
from backend.core.errors import IllegalMove
from tests.factories.articles import ArticleFactory, published, review_of_2020
from tests.factories.people import AccountFactory


@pytest.mark.django_db
def test_a_revision_is_neither_changed_nor_removed() -> None:
    revisions = ArticleRevision.objects.filter(article=published())
    for attempt in (lambda: revisions.update(note={"vi": "khác"}), lambda: revisions._raw_delete(using="default")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    with connection.cursor() as cursor:  # the negative control: without the guard both go through
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE articles_articlerevision DISABLE TRIGGER articles_articlerevision_append_only")
    assert revisions.update(note={"vi": "khác"}) == 1
    assert revisions._raw_delete(using="default") == 1


@pytest.mark.django_db
def test_a_row_cannot_be_published_without_approval_or_approved_by_its_submitter() -> None:
    article = ArticleFactory()
    with pytest.raises(IntegrityError, match="published_means_approved"), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(state="published")
    account = AccountFactory()
    with pytest.raises(IntegrityError, match="nobody_approves_what_they_submitted"), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(approved_by=account, submitted_by=account)


def together(number: int, act: Any) -> list[Any]:
    """`act(n)` in `number` threads at once; exceptions are returned like results."""

    def one(n: int) -> Any:
        try:
            return act(n)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


@pytest.mark.django_db(transaction=True)
def test_of_many_approvals_at_once_one_counts() -> None:
    article = ArticleFactory()
    services.submit(article_id=article.id, by=AccountFactory().pk)
    approvers = [AccountFactory().pk for _ in range(6)]
    outcomes = together(6, lambda n: services.approve(article_id=article.id, by=approvers[n]))
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [IllegalMove] * 5
    article.refresh_from_db()
    assert article.approved_by_id in approvers


@pytest.mark.django_db(transaction=True)
def test_minutes_approved_are_heard_by_many_and_written_about_once() -> None:
    minutes = review_of_2020()
    outcomes = together(6, lambda n: services.draft_recap(minutes_id=minutes.id))
    assert len({outcome.id for outcome in outcomes}) == 1
    assert Article.objects.count() == 1

"""The articles of the five records, in the house's own words: every one is begun, handed in, approved by somebody
else and published, as any article is. Their conferences are over; their readers are not."""

from typing import Any

from backend.articles import services
from backend.articles.models import Article
from backend.conferences.models import Conference
from backend.people.models import Account, Organisation

#: Who typed in what no other poster is known of, and who approved it: the texts do not say.
POSTER, APPROVER = "nhap-lieu", "duyet-ho-so"


def publish(entry: dict[str, Any], *, conference: Conference, organisation: Organisation) -> Article:
    """Publishes the article an `article` section holds.

    It bears the moment it was first published where the text says it to the minute, else the present one.
    """
    poster, approver = (_account(entry.get("poster", POSTER)), _account(APPROVER))
    names = ("title", "sapo", "dateline", "byline", "byline_position", "byline_unit", "source_name", "source_url")
    article = services.begin(
        by=poster.id,
        organisation_id=organisation.id,
        kind=entry["kind"],
        conference_id=None if entry.get("without_conference") else conference.id,
        **{name: entry[name] for name in names if name in entry},
    )
    services.edit(article_id=article.id, by=poster.id, expected=article.version, blocks=_blocks(entry["blocks"]))
    services.submit(article_id=article.id, by=poster.id)
    services.approve(article_id=article.id, by=approver.id)
    return services.publish(article_id=article.id, first_published_at=entry.get("published"))


def _blocks(entries: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": entry.get("kind", "paragraph"),
            "text": {code: entry[code] for code in ("vi", "en") if code in entry},
        }
        for entry in entries
    ]


def _account(name: str) -> Account:
    """An account nobody can sign in with and that may do nothing: it only stands in the record."""
    account = Account.objects.filter(email=f"{name}@ho-so.example").first()
    if account is None:
        account = Account(email=f"{name}@ho-so.example")
        account.set_unusable_password()
        account.save()
    return account

"""What this floor itself holds about a person: the proof of what they decided, and who looked at their data."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import override

from backend.core.clock import now
from backend.core.text import localized, say
from backend.people.models import Account, Role
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Remains, Row, Subject, holding
from backend.privacy.models import Access, ConsentDecision
from backend.privacy.queries import accesses_to
from backend.privacy.terms import sweep


@holding("consents", ConsentDecision)
class Consents(Holding):
    title = say(vi="Sổ đồng ý", en="The ledger of consent")
    data_class = DataClass.EVIDENCE
    purpose = say(vi="Chứng minh đã hỏi và được đồng ý.", en="To prove what was asked and agreed to.")
    basis = Basis.OBLIGATION
    kept = Kept(days=None, since=say(vi="luật buộc chứng minh được sự đồng ý", en="consent must be provable by law"))

    def rows(self, subject: Subject) -> Iterator[Row]:
        decisions = ConsentDecision.objects.filter(person_id=subject.person_id).select_related("wording__purpose")
        for row in decisions.order_by("at", "id"):
            yield {
                "type": "consent",
                "at": row.at,
                "purpose": row.wording.purpose.code,
                "decision": row.decision,
                "shown": localized(row.wording.text, row.language),
                "language": row.language,
                "via": row.via,
                "taken_by": row.taken_by,
            }

    def forget(self, subject: Subject) -> Forgotten:
        count = ConsentDecision.objects.filter(person_id=subject.person_id).count()
        remains = Remains(where=ConsentDecision._meta.db_table, count=count, reason=self.kept.since)
        return Forgotten(remains=(remains,) if count else ())


@holding("accesses", Access)
class Accesses(Holding):
    title = say(vi="Nhật ký xem dữ liệu cá nhân", en="The log of who looked")
    data_class = DataClass.EVIDENCE
    purpose = say(vi="Biết ai đã xem dữ liệu của ai.", en="To know who looked at whose data.")
    basis = Basis.OBLIGATION
    kept = Kept(days=730, since=say(vi="ngày xem", en="the day of the look"))

    def rows(self, subject: Subject) -> Iterator[Row]:
        for row in accesses_to(subject.person_id).order_by("at", "id"):
            yield {
                "type": "access",
                "at": row.at,
                "operation": row.operation,
                "by": {language: _looked(row.account, language) for language in ("vi", "en")},
            }

    def forget(self, subject: Subject) -> Forgotten:
        count = accesses_to(subject.person_id).count()
        remains = Remains(where=Access._meta.db_table, count=count, reason=self.kept.since)
        return Forgotten(remains=(remains,) if count else ())


def _looked(account: Account, language: str) -> str:
    """The office of who looked, not their name: what they look for it as, and where."""
    with override(language):
        home = account.person.organisation if account.person else None
        said = []
        for grant in account.grants.all():
            at = grant.organisation or home
            role = str(Role(grant.role).label)
            said.append(f"{role} – {localized(at.name, language)}" if at else role)
        if not said and home:
            said.append(localized(home.name, language))
        return ", ".join(sorted(said)) or str(say(vi="tài khoản không có vai trò", en="an account without a role"))


@sweep("accesses", days=730, title=say(vi="Nhật ký xem dữ liệu cá nhân", en="The log of who looked"), least=365)
def old_accesses(before: datetime, held: frozenset[UUID]) -> QuerySet[Access]:
    """Never what is not a year old: PostgreSQL would refuse."""
    return Access.objects.filter(at__lt=min(before, now() - timedelta(days=366)))

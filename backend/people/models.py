"""Who there is: organisations, people, the offices they hold over time, and the accounts they sign in with."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField, say
from backend.core.vietnamese import clean, fold, person_sort_key, sort_key
from backend.people.tree import ancestors, descendants


class Organisation(Base):
    """A body in the tree. `name` is today's; names it bore before stand in `former_names` with their validity."""

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=40, blank=True)
    symbol = models.CharField(max_length=30, blank=True, help_text="Stands in document numbers: KT2 in 05/BB-KT2.")
    name = LocalizedTextField()
    short_name = LocalizedTextField(blank=True)
    place = LocalizedTextField(blank=True)
    sort_key = models.CharField(max_length=400, editable=False, db_collation="C")
    folded = models.CharField(max_length=400, editable=False)

    def save(self, *args: Any, **kwargs: Any) -> None:
        vi = self.name.get("vi", "")
        self.sort_key, self.folded = sort_key(vi)[:400], fold(" ".join([vi, *self.short_name.values()]))[:400]
        super().save(*args, **kwargs)


class OrganisationName(Base):
    """A name an organisation bore from a day until a day (both may be unknown)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="former_names")
    name = LocalizedTextField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class Honorific(models.TextChoices):
    UNKNOWN = "", say(vi="Ông/Bà", en="")
    ONG = "ong", say(vi="Ông", en="Mr")
    BA = "ba", say(vi="Bà", en="Ms")


class Person(Base):
    """A human being. The name is kept as written; people are sorted by tên, the last word."""

    full_name = models.CharField(max_length=120)
    honorific = models.CharField(max_length=8, choices=Honorific, blank=True, default=Honorific.UNKNOWN)
    degree = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    alternate_email = models.EmailField(blank=True, help_text="Written to when letters to the first one do not arrive.")
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, default="vi")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    sort_key = models.CharField(max_length=400, editable=False, db_collation="C")
    folded = models.CharField(max_length=200, editable=False)

    class Meta:
        indexes = [models.Index(fields=["sort_key", "id"], name="people_in_order")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.full_name = clean(self.full_name)
        self.sort_key, self.folded = person_sort_key(self.full_name)[:400], fold(self.full_name)
        super().save(*args, **kwargs)


class Position(Base):
    """An office a person holds in an organisation from a day until a day."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="positions")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="positions")
    title = LocalizedTextField()
    rank = models.PositiveSmallIntegerField(default=100, help_text="Protocol order: lower goes first.")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", say(vi="quản trị", en="administrator")
    ORGANISER = "organiser", say(vi="ban tổ chức", en="organiser")
    SECRETARY = "secretary", say(vi="thư ký", en="secretary")
    EDITOR = "editor", say(vi="biên tập", en="editor")
    APPROVER = "approver", say(vi="duyệt tin", en="approver")
    AUDITOR = "auditor", say(vi="kiểm tra", en="auditor")
    DATA_OFFICER = "data_officer", say(vi="phụ trách dữ liệu cá nhân", en="data officer")


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email__iexact=username or "")


class Account(AbstractBaseUser):
    """A way to sign in. What it may do is said by its role grants, and by the duties of its person.

    The rules of the floors below ask `holds`, `holds_everywhere` and `works_in`; an account reads its grants once.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    email = models.EmailField(unique=True)
    person = models.OneToOneField(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="account")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()
    USERNAME_FIELD = "email"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def language(self) -> str:
        """The language its letters are written in."""
        return self.person.language if self.person else settings.LANGUAGE_CODE

    @cached_property
    def roles(self) -> frozenset[tuple[str, UUID | None]]:
        """(role, organisation) of every grant; no organisation means everywhere."""
        return frozenset(self.grants.values_list("role", "organisation_id"))

    def holds_everywhere(self, *roles: str) -> bool:
        """True when the account holds one of `roles` in every organisation; administrators hold every role."""
        return any((role, None) in self.roles for role in ("administrator", *roles))

    def holds(self, *roles: str, organisation_id: UUID | None = None) -> bool:
        """True when the account holds one of `roles` in the organisation or above it; without one: anywhere at all.
        An administrator of an organisation holds every role there."""
        if self.holds_everywhere(*roles):
            return True
        held = {where for role, where in self.roles if role in ("administrator", *roles)}
        if not held or organisation_id is None:
            return bool(held)
        return organisation_id in held or not held.isdisjoint(ancestors(organisation_id))

    def works_in(self, *roles: str) -> set[UUID] | None:
        """The organisations where the account holds one of `roles`, with all below them; None means everywhere."""
        if self.holds_everywhere(*roles):
            return None
        held = ("administrator", *roles)
        return self._below(frozenset(where for role, where in self.roles if role in held and where is not None))

    def _below(self, organisation_ids: frozenset[UUID]) -> set[UUID]:
        """With all below them; looked up once in the life of this object, which is one request's."""
        if organisation_ids not in self._trees:
            self._trees[organisation_ids] = descendants(organisation_ids)
        return set(self._trees[organisation_ids])

    @cached_property
    def _trees(self) -> dict[frozenset[UUID], set[UUID]]:
        return {}


class RoleGrant(Base):
    """A role in one organisation (and all below it), or everywhere when `organisation` is null."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "organisation"],
                nulls_distinct=False,
                name="one_grant_per_role_and_organisation",
            )
        ]


class ApiToken(Base):
    """A program's key: only its hash is kept, it expires, and it may do what its scopes name and its account may do."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class LoginFailure(models.Model):
    """A failed sign-in, or somebody signing up on a public page, kept as a keyed hash of who and from where: enough to
    count, useless to read."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="login_failures_by_key")]

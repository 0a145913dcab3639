"""No table about people is forgotten: whoever adds one says what it holds, why, and how it forgets."""

import pytest
from django.apps import apps
from django.db import models

from backend.people.models import Person
from backend.privacy.holdings import Holding, holding_of, holdings

TELLING = ("email", "phone", "telephone", "full_name", "address", "recipient", "sender")


def about_people(model: type[models.Model]) -> bool:
    """Does the model point at a person, or hold an e-mail address or a telephone number?"""
    return any(
        isinstance(field, models.EmailField)
        or getattr(field, "remote_field", None) is not None
        and field.remote_field.model is Person
        and field.concrete
        or isinstance(field, models.CharField)
        and any(word in field.name for word in TELLING)
        for field in model._meta.get_fields()
    )


def homeless() -> set[str]:
    houses = {model for model in apps.get_models() if model.__module__.startswith("backend.")}
    return {model._meta.label for model in houses if about_people(model) and holding_of(model) is None}


def test_every_model_about_people_belongs_to_a_holding() -> None:
    assert homeless() == set(), "say in the floor's holdings.py what it holds about a person, and how it forgets"


def test_a_model_without_a_holding_is_noticed() -> None:
    class Stray(models.Model):
        person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "people"

    try:
        assert about_people(Stray)
        assert holding_of(Stray) is None
    finally:
        del apps.all_models["people"]["stray"]
        apps.clear_cache()


@pytest.mark.parametrize("each", holdings(), ids=lambda each: each.name)
def test_every_holding_forgets_in_words_of_its_own(each: Holding) -> None:
    assert type(each).forget is not Holding.forget or each.kept.days is None

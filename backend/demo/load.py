"""Loads the five records: what the first users' own reports say, typed in as facts. What they do not say stays unknown.

Loading twice changes nothing. These conferences are history, so their rows are written as they stand: no fact is
emitted and no mail goes out for them. Their articles go through the house's own door (see history).
"""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from backend.conferences.models import AgendaItem, Conference, Duty, Organiser, Outline, Series, Site, Speech, Venue
from backend.conferences.states import ConferenceState
from backend.demo.history import publish
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.people.models import Organisation, OrganisationName, Person, Position
from backend.resolutions.models import Resolution
from backend.resolutions.states import ResolutionState

SEEDS = Path(__file__).parent / "seeds"
RECORDS = ("s0", "s1", "s2", "s3", "s4")


def read(name: str) -> Any:
    return yaml.safe_load((SEEDS / f"{name}.yaml").read_text(encoding="utf-8"))


@transaction.atomic
def load() -> list[Conference]:
    """Writes the organisations, people, conferences and articles not there yet; returns the five conferences."""
    organisations = load_organisations()
    people = load_people(organisations)
    return [_Record(read(name), organisations, people).load() for name in RECORDS]


def load_organisations() -> dict[str, Organisation]:
    """The organisations by slug; parents stand before their children in the file."""
    found: dict[str, Organisation] = {}
    for entry in read("organisations"):
        row, created = Organisation.objects.get_or_create(
            slug=entry["slug"],
            defaults={
                "parent": found.get(entry.get("parent", "")),
                "kind": entry["kind"],
                "symbol": entry.get("symbol", ""),
                "name": entry["name"],
                "short_name": entry.get("short_name", {}),
                "place": entry.get("place", {}),
            },
        )
        found[row.slug] = row
        for former in entry.get("former", []) if created else []:
            OrganisationName.objects.create(organisation=row, name=former["name"], valid_to=former["valid_to"])
    return found


def load_people(organisations: dict[str, Organisation]) -> dict[str, Person]:
    """The people by key, with the offices on record."""
    found: dict[str, Person] = {}
    for entry in read("people"):
        row, created = Person.objects.get_or_create(
            full_name=entry["full_name"],
            organisation=organisations[entry["organisation"]],
            defaults={"honorific": entry.get("honorific", ""), "degree": entry.get("degree", "")},
        )
        found[entry["key"]] = row
        for office in entry.get("positions", []) if created else []:
            Position.objects.create(
                person=row,
                organisation=organisations.get(office.get("organisation", "")),
                title=office["title"],
                rank=office.get("rank", 100),
                valid_from=office.get("valid_from"),
                valid_to=office.get("valid_to"),
            )
    return found


class _Record:
    """One record being loaded."""

    def __init__(self, data: dict[str, Any], organisations: dict[str, Organisation], people: dict[str, Person]) -> None:
        self.data, self.organisations, self.people = data, organisations, people

    def load(self) -> Conference:
        fields = dict(self.data["conference"])
        conference, created = Conference.objects.get_or_create(
            slug=fields.pop("slug"), defaults={**fields, "state": ConferenceState.ARCHIVED}
        )
        if created:
            self._series()
            self._place(conference)
            self._programme(conference)
            self._outcome(conference)
            lead = self.organisations[self.data["organisers"][0]]
            publish(self.data["article"], conference=conference, organisation=lead)
        return conference

    def _series(self) -> None:
        """The series a text tells of; its conference is none of their meetings."""
        for entry in self.data.get("series", []):
            fields = self._resolved(entry)
            Series.objects.create(outline=Outline.objects.create(kind=fields.pop("kind")), **fields)

    def _resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        """An entry with its keys turned into rows."""
        fields = dict(entry)
        known: dict[str, dict[str, Any]] = {
            "person": self.people,
            "organisation": self.organisations,
            "subject": self.organisations,
        }
        for name, rows in known.items():
            if name in fields:
                fields[name] = rows[fields[name]]
        if "agenda_item" in fields:
            fields["agenda_item"] = self.agenda[fields["agenda_item"]]
        if "speech" in fields:
            fields["speech"] = self.speeches[fields["speech"]]
        return fields

    def _place(self, conference: Conference) -> None:
        for order, slug in enumerate(self.data["organisers"]):
            Organiser.objects.create(
                conference=conference,
                organisation=self.organisations[slug],
                role="co" if order else "lead",
                order=order,
            )
        for order, entry in enumerate(self.data.get("sites", [])):
            venue = Venue.objects.create(**self._resolved(entry["venue"]))
            Site.objects.create(conference=conference, venue=venue, order=order)

    def _programme(self, conference: Conference) -> None:
        self.agenda = {
            entry["key"]: AgendaItem.objects.create(
                conference=conference, order=order, phase=entry["phase"], title=entry["title"]
            )
            for order, entry in enumerate(self.data.get("agenda", []), start=1)
        }
        for order, entry in enumerate(self.data.get("duties", []), start=1):
            Duty.objects.create(conference=conference, order=order, **self._resolved(entry))
        self.speeches: list[Speech] = []
        for order, entry in enumerate(self.data.get("speeches", []), start=1):
            self.speeches.append(Speech.objects.create(conference=conference, order=order, **self._resolved(entry)))

    def _outcome(self, conference: Conference) -> None:
        for model, name in ((Finding, "findings"), (Proposal, "proposals"), (Conclusion, "conclusions")):
            for order, entry in enumerate(self.data.get(name, []), start=1):
                model.objects.create(conference=conference, order=order, **self._resolved(entry))
        for entry in self.data.get("resolutions", []):
            Resolution.objects.create(conference=conference, state=ResolutionState.ADOPTED, **self._resolved(entry))

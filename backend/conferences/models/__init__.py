"""Conferences: who holds them, where and when, what is on the agenda, and who said what."""

from backend.conferences.models.agenda import AgendaItem, AgendaRoom, OwnPhase, Release, RoomBooking
from backend.conferences.models.conference import Conference, EquipmentClaim, Organiser, Site, TimeAndPlace
from backend.conferences.models.notices import PhotoNotice, PhotoNoticeShown
from backend.conferences.models.places import PortableEquipment, Room, Venue
from backend.conferences.models.series import ConferenceTemplate, Outline, OutlineDuty, OutlineItem, OutlineSite, Series
from backend.conferences.models.voices import Duty, Paper, Speaker, Speech

__all__ = [
    "AgendaItem",
    "AgendaRoom",
    "Conference",
    "ConferenceTemplate",
    "Duty",
    "EquipmentClaim",
    "Organiser",
    "Outline",
    "OutlineDuty",
    "OutlineItem",
    "OutlineSite",
    "OwnPhase",
    "Paper",
    "PhotoNotice",
    "PhotoNoticeShown",
    "PortableEquipment",
    "Release",
    "Room",
    "RoomBooking",
    "Series",
    "Site",
    "Speaker",
    "Speech",
    "TimeAndPlace",
    "Venue",
]

"""What people do with conferences. Each verb is one transaction: rows and the fact that tells of them."""

from backend.conferences.services.agenda import (
    add_agenda_item,
    cancel_agenda_item,
    edit_agenda_item,
    postpone_agenda_item,
    remove_agenda_item,
    reopen_agenda_item,
)
from backend.conferences.services.arranging import arrange, shift
from backend.conferences.services.carrying import carries, carry_over
from backend.conferences.services.cloning import (
    add_template,
    add_template_from,
    clone,
    draft_from_template,
    edit_template,
    remove_template,
)
from backend.conferences.services.drafting import draft, edit, record_capacity
from backend.conferences.services.lifecycle import announce, archive, cancel, close, postpone, reopen, start
from backend.conferences.services.news import mark_told, tell_due_news
from backend.conferences.services.notices import set_photo_notice, show_photo_notice
from backend.conferences.services.occurrences import extend_all_series, extend_series
from backend.conferences.services.papers import (
    accept_paper,
    extend_deadline,
    hand_in,
    name_paper,
    remind_of_papers,
    request_paper,
    request_papers,
    send_back_paper,
    withdraw_paper,
)
from backend.conferences.services.phases import add_own_phase, edit_own_phase, remove_own_phase
from backend.conferences.services.places import (
    add_room,
    add_venue,
    edit_room,
    edit_venue,
    remove_room,
    remove_venue,
)
from backend.conferences.services.programme import (
    add_duty,
    add_site,
    add_speech,
    edit_duty,
    edit_site,
    edit_speech,
    remove_duty,
    remove_site,
    remove_speech,
)
from backend.conferences.services.releases import NextRelease, next_release, release
from backend.conferences.services.rooms import (
    add_agenda_room,
    edit_agenda_room,
    remove_agenda_room,
    swap_rooms,
)
from backend.conferences.services.series import add_series, edit_series, end_series, remove_series, split_series
from backend.conferences.services.speakers import add_speaker, edit_speaker, remove_speaker, reorder_speakers

__all__ = [
    "NextRelease",
    "accept_paper",
    "add_agenda_item",
    "add_agenda_room",
    "add_duty",
    "add_own_phase",
    "add_room",
    "add_series",
    "add_site",
    "add_speaker",
    "add_speech",
    "add_template",
    "add_template_from",
    "add_venue",
    "announce",
    "archive",
    "arrange",
    "cancel",
    "cancel_agenda_item",
    "carries",
    "carry_over",
    "clone",
    "close",
    "draft",
    "draft_from_template",
    "edit",
    "edit_agenda_item",
    "edit_agenda_room",
    "edit_duty",
    "edit_own_phase",
    "edit_room",
    "edit_series",
    "edit_site",
    "edit_speaker",
    "edit_speech",
    "edit_template",
    "edit_venue",
    "end_series",
    "extend_all_series",
    "extend_deadline",
    "extend_series",
    "hand_in",
    "mark_told",
    "name_paper",
    "next_release",
    "postpone",
    "postpone_agenda_item",
    "record_capacity",
    "release",
    "remind_of_papers",
    "remove_agenda_item",
    "remove_agenda_room",
    "remove_duty",
    "remove_own_phase",
    "remove_room",
    "remove_series",
    "remove_site",
    "remove_speaker",
    "remove_speech",
    "remove_template",
    "remove_venue",
    "reopen",
    "reopen_agenda_item",
    "reorder_speakers",
    "request_paper",
    "request_papers",
    "send_back_paper",
    "set_photo_notice",
    "shift",
    "show_photo_notice",
    "split_series",
    "start",
    "swap_rooms",
    "tell_due_news",
    "withdraw_paper",
]

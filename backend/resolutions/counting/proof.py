"""The sentences of a verdict, as minutes quote them, in Vietnamese and English."""

from fractions import Fraction

from backend.resolutions.counting.check import Check
from backend.resolutions.counting.rule import Text, written
from backend.resolutions.counting.tally import Tally

_BASES: dict[str, Text] = {
    "members": {"vi": "thành viên", "en": "members"},
    "summoned": {"vi": "người được triệu tập", "en": "persons summoned"},
    "entitled": {"vi": "người có quyền biểu quyết", "en": "persons entitled to vote"},
    "present_at_open": {"vi": "người có mặt khi mở biểu quyết", "en": "voters present when voting opened"},
    "present_at_seal": {
        "vi": "người có mặt khi kết thúc biểu quyết",
        "en": "voters present when voting closed",
    },
    "attending": {"vi": "người dự biểu quyết", "en": "voters attending the vote"},
    "returned": {"vi": "phiếu thu về", "en": "ballots returned"},
    "valid": {"vi": "phiếu hợp lệ", "en": "valid ballots"},
    "yes_no": {"vi": "phiếu tán thành và không tán thành", "en": "votes for and against"},
}
#: The same bodies where some hold several votes, and votes are counted instead of people.
_VOTES: dict[str, Text] = {
    "members": {"vi": "phiếu của toàn thể thành viên", "en": "votes of all members"},
    "summoned": {"vi": "phiếu của những người được triệu tập", "en": "votes of those summoned"},
    "entitled": {"vi": "phiếu của những người có quyền biểu quyết", "en": "votes of those entitled"},
    "present_at_open": {
        "vi": "phiếu của những người có mặt khi mở biểu quyết",
        "en": "votes of those present when voting opened",
    },
    "present_at_seal": {
        "vi": "phiếu của những người có mặt khi kết thúc biểu quyết",
        "en": "votes of those present when voting closed",
    },
    "attending": {"vi": "phiếu của những người dự biểu quyết", "en": "votes of those attending the vote"},
}
_MOMENTS: dict[str, Text] = {
    "present": {"vi": "Hiện", "en": "Now"},
    "present_at_open": {"vi": "Khi mở biểu quyết", "en": "When voting opened"},
    "present_at_seal": {"vi": "Khi kết thúc biểu quyết", "en": "When voting closed"},
}
_OUTCOMES: dict[str, Text] = {
    "adopted": {"vi": "Kết quả: được thông qua.", "en": "Result: adopted."},
    "rejected": {"vi": "Kết quả: không được thông qua.", "en": "Result: rejected."},
    "no_quorum": {
        "vi": "Kết quả: không đủ số người có mặt, biểu quyết không có giá trị.",
        "en": "Result: no quorum; the vote has no effect.",
    },
    "tie_needs_chair": {
        "vi": "Kết quả: số phiếu ngang nhau, chủ tọa quyết định.",
        "en": "Result: a tie; the chair decides.",
    },
}


def presence(check: Check, *, counted_in: str = "people") -> Text:
    moment, base = _MOMENTS[check.subject], _base(check, counted_in)
    unit, one, many = ("phiếu", "vote", "votes") if counted_in == "votes" else ("người", "person", "persons")
    part = _part(check, base, unit, there=" were present")
    return {
        "vi": f"{moment['vi']} có mặt {part['vi']}, "
        f"yêu cầu {_share_vi(check)}, tức ít nhất {_vi(check.needed)} {unit}: {_margin_vi(check, unit)}.",
        "en": f"{moment['en']}, {part['en']}; "
        f"{_share_en(check)} needed, that is at least {check.needed:,}: {_margin_en(check, one, many)}.",
    }


def _base(check: Check, counted_in: str) -> Text:
    return (_VOTES if counted_in == "votes" and check.base in _VOTES else _BASES)[check.base]


def count(tally: Tally) -> Text:
    said = [
        ("tán thành {}", "{} for", tally.yes),
        ("không tán thành {}", "{} against", tally.no),
        ("ý kiến khác {}", "{} abstaining", tally.abstain),
        *([("hợp lệ {}", "{} valid", tally.valid)] if tally.yes is None else []),
    ]
    vi = [
        *(sentence.format(_vi(number)) for sentence, _, number in said if number is not None),
        *([f"phiếu trắng {_vi(tally.blank)}"] if tally.blank else []),
        *([f"không hợp lệ {_vi(tally.invalid)}"] if tally.invalid else []),
    ]
    en = [
        *(sentence.format(f"{number:,}") for _, sentence, number in said if number is not None),
        *([f"{tally.blank:,} blank"] if tally.blank else []),
        *([f"{tally.invalid:,} invalid"] if tally.invalid else []),
    ]
    return {
        "vi": f"Thu về {_vi(tally.returned)} phiếu: {', '.join(vi)}.",
        "en": f"{tally.returned:,} {'ballot' if tally.returned == 1 else 'ballots'} returned: {', '.join(en)}.",
    }


def agreement(check: Check, tally: Tally, *, counted_in: str = "people") -> Text:
    return _share({"vi": "Tán thành", "en": "In favour:"}, check, tally, counted_in)


def candidate(name: str, check: Check, tally: Tally, *, counted_in: str = "people") -> Text:
    return _share({"vi": f"{name} được", "en": f"{name}:"}, check, tally, counted_in)


def _share(whose: Text, check: Check, tally: Tally, counted_in: str) -> Text:
    base, note = _base(check, counted_in), _composition(check, tally, counted_in)
    part = _part(check, {code: base[code] + note[code] for code in base}, "phiếu")
    return {
        "vi": f"{whose['vi']} {part['vi']}, "
        f"yêu cầu {_share_vi(check)}, tức ít nhất {_vi(check.needed)} phiếu: {_margin_vi(check, 'phiếu')}.",
        "en": f"{whose['en']} {part['en']}; "
        f"{_share_en(check)} needed, that is at least {check.needed:,}: {_margin_en(check, 'vote', 'votes')}.",
    }


def _part(check: Check, base: Text, unit: str, *, there: str = "") -> Text:
    """So many of so many, with the percentage; of nobody there is none."""
    if not check.base_number:
        return {
            "vi": f"{_vi(check.got)} {unit}, không có {base['vi']} nào để tính tỷ lệ",
            "en": f"{check.got:,}{there}, there being no {base['en']} to measure by",
        }
    return {
        "vi": f"{_vi(check.got)}/{_vi(check.base_number)} {base['vi']} ({_percent_vi(check)})",
        "en": f"{check.got:,} of {check.base_number:,} {base['en']}{there} ({check.percent}%)",
    }


def outcome(outcome: str, casting_vote: bool | None) -> Text:
    sentence = _OUTCOMES[outcome]
    if casting_vote is None:
        return dict(sentence)
    return {
        "vi": f"Số phiếu ngang nhau, chủ tọa {'tán thành' if casting_vote else 'không tán thành'}. {sentence['vi']}",
        "en": f"A tie; the chair voted {'for' if casting_vote else 'against'}. {sentence['en']}",
    }


def _composition(check: Check, tally: Tally, counted_in: str) -> Text:
    """Says aloud what a reader would not expect of the base: spoilt ballots in it, returned ones not in it."""
    vi, en = [], []
    if left := check.parts.get("left_after_voting"):
        unit = "phiếu của người" if counted_in == "votes" else "người"
        vi.append(f"kể cả {_vi(left)} {unit} đã biểu quyết rồi ra về trước lúc đó")
        en.append(f"including {left:,} cast by those who left before then")
    if outside := check.parts.get("voted_outside"):
        unit = "phiếu của người" if counted_in == "votes" else "người"
        vi.append(f"kể cả {_vi(outside)} {unit} biểu quyết khi không có mặt hoặc qua người được uỷ quyền")
        en.append(f"including {outside:,} cast by or for those who were not there")
    if check.base == "yes_no" and (spoilt := check.parts.get("invalid")):
        vi.append(f"kể cả {_vi(spoilt)} phiếu không hợp lệ")
        en.append(f"including {spoilt:,} invalid")
    if check.base == "returned":
        for part, vi_name, en_name in (("blank", "phiếu trắng", "blank"), ("invalid", "phiếu không hợp lệ", "invalid")):
            if part not in check.parts and (left_out := getattr(tally, part)):
                vi.append(f"không kể {_vi(left_out)} {vi_name}")
                en.append(f"leaving out {left_out:,} {en_name}")
    return {"vi": f", {', '.join(vi)}" if vi else "", "en": f", {', '.join(en)}" if en else ""}


def _share_vi(check: Check) -> str:
    if check.share == Fraction(1):
        return "toàn bộ"
    return f"quá {written(check.share)}" if check.cmp == ">" else f"từ {written(check.share)} trở lên"


def _share_en(check: Check) -> str:
    if check.share == Fraction(1):
        return "all are"
    return f"more than {written(check.share)} is" if check.cmp == ">" else f"at least {written(check.share)} is"


def _margin_vi(check: Check, unit: str) -> str:
    if check.margin < 0:
        return f"không đạt, thiếu {_vi(-check.margin)} {unit}"
    return f"đạt, vượt {_vi(check.margin)} {unit}" if check.margin else "đạt, vừa đủ"


def _margin_en(check: Check, one: str, many: str) -> str:
    number = abs(check.margin)
    if check.margin < 0:
        return f"not met, {number:,} {one if number == 1 else many} short"
    return f"met, {number:,} to spare" if number else "met exactly"


def _vi(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _percent_vi(check: Check) -> str:
    return f"{check.percent.replace('.', ',')}%"

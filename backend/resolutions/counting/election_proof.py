"""The sentences of an election, as minutes quote them, in Vietnamese and English."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.resolutions.counting.rule import Text

_RESULTS: dict[str, Text] = {
    "no_quorum": {
        "vi": "Kết quả: không đủ số người có mặt, bầu cử không có giá trị.",
        "en": "Result: no quorum; the election has no effect.",
    },
    "tie_needs_lot": {
        "vi": "Kết quả: số phiếu ngang nhau ở mọi lượt, phải bốc thăm.",
        "en": "Result: equal at every stage; a lot must be drawn.",
    },
}
_COUNTINGS: dict[str, Text] = {
    "scottish_stv": {
        "vi": "Kiểm phiếu xếp hạng theo quy tắc Scotland (SSI 2007/42); ai đạt {quota} phiếu thì trúng cử.",
        "en": "Preferences are counted by the Scottish rules (SSI 2007/42); whoever reaches {quota} votes is elected.",
    },
    "irv": {
        "vi": "Kiểm phiếu xếp hạng: ai được quá nửa số phiếu còn hiệu lực ở một lượt thì trúng cử.",
        "en": "Preferences are counted until somebody has more than half of the ballots still in play.",
    },
}
_ACTS: dict[str, Text] = {
    "first": {"vi": "lựa chọn thứ nhất", "en": "first preferences"},
    "transfer": {"vi": "chuyển phiếu dư của {name}", "en": "the surplus of {name} is transferred"},
    "exclude": {"vi": "loại {name}", "en": "{name} is excluded"},
}
_TIES: dict[str, Text] = {
    "transfer": {
        "vi": "Số phiếu của {names} ngang nhau ở mọi lượt: bốc thăm xem chuyển phiếu dư của ai trước.",
        "en": "{names} were equal at every stage: a lot decides whose surplus is transferred first.",
    },
    "exclude": {
        "vi": "Số phiếu của {names} ngang nhau ở mọi lượt: bốc thăm xem loại ai.",
        "en": "{names} were equal at every stage: a lot decides who is excluded.",
    },
}


def stages(ranking: Mapping[str, Any], names: Mapping[str, str]) -> list[Text]:
    """The count of preferences: by which rules, and what was done at each stage."""
    rules, quota = _COUNTINGS[ranking["counting"]], ranking["quota"]
    told = [
        {"vi": rules["vi"].format(quota=f"{quota:,}".replace(",", ".")), "en": rules["en"].format(quota=f"{quota:,}")}
    ]
    drawn = {(lot["act"], lot["drawn"]): [names[each] for each in lot["among"]] for lot in ranking["lots"]}
    for number, stage in enumerate(ranking["stages"], start=1):
        act = done(stage, names)
        among = drawn.get((stage["act"], stage["candidate"]), [])
        votes = [(names[each], number_of) for each, number_of in stage["votes"].items()]
        vi = "; ".join(f"{who} {decimal(number_of)['vi']}" for who, number_of in votes)
        en = "; ".join(f"{who} {decimal(number_of)['en']}" for who, number_of in votes)
        lot_vi = f" (bốc thăm giữa {_listed(among, 'và')})" if among else ""
        lot_en = f" (by lot among {_listed(among, 'and')})" if among else ""
        told.append(
            {
                "vi": f"Lượt {number}, {act['vi']}{lot_vi}: {vi}.",
                "en": f"Stage {number}, {act['en']}{lot_en}: {en}.",
            }
        )
    if tie := ranking["tie"]:
        among, act = [names[each] for each in tie["among"]], _TIES[tie["act"]]
        told.append(
            {
                "vi": act["vi"].format(names=_listed(among, "và")),
                "en": act["en"].format(names=_listed(among, "and")),
            }
        )
    return told


def done(stage: Mapping[str, Any], names: Mapping[str, str]) -> Text:
    """What was done at a stage, to whom."""
    name = names.get(stage["candidate"], "")
    return {code: said.format(name=name) for code, said in _ACTS[stage["act"]].items()}


def result(outcome: str, places: int, elected: Sequence[str]) -> Text:
    if outcome in _RESULTS:
        return dict(_RESULTS[outcome])
    return {
        "vi": f"Kết quả: trúng cử {len(elected)}/{places}: {_listed(elected, 'và') or 'không có ai'}.",
        "en": f"Result: {len(elected)} of {places} elected: {_listed(elected, 'and') or 'nobody'}.",
    }


def runoff(names: Sequence[str], left: int) -> Text:
    return {
        "vi": f"Còn thiếu {left} người; lần bầu tiếp theo bầu trong số: {_listed(names, 'và')}.",
        "en": f"{left} {'place is' if left == 1 else 'places are'} left; the next round is among {_listed(names, 'and')}.",
    }


def _listed(names: Sequence[str], last: str) -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def decimal(votes: str) -> Text:
    """12.50000 as 12,5."""
    whole, _, rest = votes.partition(".")
    rest = rest.rstrip("0")
    return {code: f"{whole}{point}{rest}" if rest else whole for code, point in (("vi", ","), ("en", "."))}

"""What a poll promises and what it cannot, in plain words: the API shows them on every poll, docs/voting.md explains them.

A sentence that is not true of a poll is not shown on it.
"""

from collections.abc import Iterator
from typing import Any

from backend.core.text import say
from backend.resolutions import weights
from backend.resolutions.models import Poll
from backend.resolutions.states import Channel, ReceiptKind, Secrecy

#: Ballots of fewer people than this, or all alike, tell how people voted.
FEW = 5

ONCE = say(
    vi="Mỗi quyền biểu quyết chỉ có một phiếu: cơ sở dữ liệu không nhận phiếu thứ hai, kể cả khi gửi cùng lúc.",
    en="One ballot per entitlement: the database takes no second one, even when both are sent at once.",
)
IN_TIME = say(
    vi="Phiếu đến sau khi khoá không được nhận; số phiếu lúc khoá không thay đổi về sau.",
    en="No ballot is taken after the urn was sealed; the number sealed is the number afterwards.",
)
STANDS = say(
    vi="Câu hỏi, quy tắc và danh sách cử tri không thể sửa từ lúc mở.",
    en="Question, rule and roll cannot be changed once voting is open.",
)
HASHED = say(
    vi="Mã băm của câu hỏi, quy tắc và danh sách cử tri có trên từng biên nhận.",
    en="The hashes of question, rule and roll stand on every receipt.",
)
CHECKED = say(
    vi="Ai cũng kiểm lại được mã niêm phong, số phiếu và kết luận từ hồ sơ kiểm chứng, không cần tin máy chủ.",
    en="Anybody can recompute seal, totals and verdict from the evidence, without trusting this server.",
)
RECEIPT = say(
    vi="Biên nhận có chữ ký: nếu mã phiếu của bạn không có dưới mã niêm phong, biên nhận chứng minh có sai phạm.",
    en="A receipt is signed: if your ballot's leaf is not under the seal, the receipt proves misconduct.",
)
NAMELESS = say(
    vi="Người có toàn bộ cơ sở dữ liệu không ghép được phiếu đã mở với người bỏ phiếu: phong bì chỉ mở được bằng khoá của ban kiểm phiếu, phiếu mở ra không còn số, tên, giờ hay thứ tự.",
    en="Whoever holds the whole database cannot join an opened ballot to its voter: envelopes open with the committee's keys alone, and what comes out has no number, name, time or order.",
)
TOGETHER = say(
    vi="Không thành viên nào mở phong bì một mình; máy chủ không lưu khoá của hòm phiếu hay khoá của thành viên.",
    en="No teller opens envelopes alone; the server keeps neither the urn's key nor any teller's.",
)
OPEN_VOTE = say(
    vi="Đây là biểu quyết ghi tên: ban tổ chức và người kiểm tra đọc được ai chọn gì sau khi công bố.",
    en="This is a named vote: organisers and auditors can read who chose what once it is declared.",
)
COERCION = say(
    vi="Không chống được việc ép buộc hay mua phiếu: có thể có người đứng nhìn khi bạn bỏ phiếu.",
    en="There is no protection against coercion or bought votes: somebody may watch you vote.",
)
PROVABLE = say(
    vi="Mã dò phiếu cho phép người có nó chứng minh với người khác mình đã chọn gì.",
    en="A tracker lets whoever has it prove to others what they chose.",
)
RECORDED = say(
    vi="Biên nhận cho thấy phiếu đã được ghi nhận, không cho thấy phiếu được đếm đúng ý bạn.",
    en="A receipt shows that a ballot was recorded, not that it was counted as you meant it.",
)
COLLUSION = say(
    vi="Đủ số thành viên ban kiểm phiếu thông đồng, cùng với một bản sao cơ sở dữ liệu lấy trước khi huỷ khoá, có thể biết từng người chọn gì. Bản sao lưu cũ vẫn giữ phong bì; mật mã này không chống được máy tính lượng tử.",
    en="Enough tellers who collude, with a copy of the database from before the key was destroyed, can tell who chose what. Old backups hold the envelopes; this cryptography does not withstand quantum computers.",
)
TURNOUT = say(
    vi="Ai đã bỏ phiếu và vào lúc nào không phải là bí mật.",
    en="That somebody voted, and when, is no secret.",
)
SMALL = say(
    vi="Rất ít phiếu, hoặc mọi phiếu giống nhau, thì lộ lựa chọn của từng người.",
    en="Very few ballots, or ballots all alike, reveal what each person chose.",
)
DEVICE = say(
    vi="Một ứng dụng hay máy gian lận có thể hiển thị một đằng, gửi một nẻo; khi máy chủ niêm phong hộ, lựa chọn có trong bộ nhớ của máy chủ trong một yêu cầu. Việc xáo phiếu khi mở là tin cậy, không được chứng minh.",
    en="A dishonest app or device can show one thing and send another; where the server seals for you, your choice is in its memory for one request. The shuffle at the opening is trusted, not proven.",
)
ROLL = say(
    vi="Danh sách cử tri sai thì kết quả sai: hãy đối chiếu danh sách, số phiếu phát ra và thu về.",
    en="With a false roll the result is false: compare the roll, ballots issued and ballots returned.",
)
WEIGHTS = say(
    vi="Số phiếu bầu của mỗi người không phải là bí mật; phiếu kín chỉ được mở khi mỗi mức số phiếu có ít nhất năm người.",
    en="How many votes each person holds is no secret; a secret poll opens only where at least five hold each number of votes.",
)
PROXIES = say(
    vi="Người uỷ quyền không biết được người được uỷ quyền đã chọn gì trong cuộc bỏ phiếu kín.",
    en="Whoever has a proxy vote in a secret poll cannot learn what the proxy chose.",
)
LOST_KEYS = say(
    vi="Mất quá nhiều khoá của ban kiểm phiếu thì không kiểm được phiếu, phải bỏ phiếu lại.",
    en="If too many of the tellers' keys are lost, nothing can be counted and the vote is held again.",
)

BY_TWO = say(
    vi="Phiếu giấy và giơ tay do từng thành viên ban kiểm phiếu nhập riêng; chỉ được tính khi hai người có kết quả trùng nhau, và tổng số không vượt số phiếu phát ra, số người dự.",
    en="What is on paper or shown by hands is entered by each teller alone; it counts when two have found the same, and sums exceed neither the papers issued nor the people there.",
)
ONE_WAY = say(
    vi="Ai đã nhận phiếu giấy thì không biểu quyết bằng thiết bị được nữa, và ngược lại: cơ sở dữ liệu từ chối.",
    en="Whoever was handed a ballot paper votes on no device any more, and the other way round: the database refuses.",
)
TELLERS_WORD = say(
    vi="Số phiếu giấy và số cánh tay là lời của ban kiểm phiếu: hồ sơ kiểm chứng chỉ cộng lại được, không đếm lại được.",
    en="What papers and hands came to is the tellers' word: the evidence adds their sheets up and cannot count again.",
)
NAMELESS_HANDS = say(
    vi="Giơ tay không ghi tên: không ai kiểm tra được một người có giơ tay rồi biểu quyết thêm bằng cách khác hay không.",
    en="Hands have no names: nobody can check whether somebody raised one and voted in another way, too.",
)

HELD = {"guaranteed": (ONCE, IN_TIME, STANDS, HASHED, CHECKED, RECEIPT, NAMELESS, TOGETHER, BY_TWO, ONE_WAY)}
NOT_HELD = {
    "not_promised": (
        OPEN_VOTE,
        COERCION,
        PROVABLE,
        RECORDED,
        COLLUSION,
        TURNOUT,
        SMALL,
        WEIGHTS,
        PROXIES,
        DEVICE,
        ROLL,
        LOST_KEYS,
        TELLERS_WORD,
        NAMELESS_HANDS,
    )
}
#: Sentences that are true of some polls alone.
OF_SECRET = (NAMELESS, TOGETHER, COLLUSION, SMALL, LOST_KEYS, WEIGHTS, PROXIES)
OF_KEYS = (NAMELESS, TOGETHER, COLLUSION, LOST_KEYS)
OF_DEVICES = (ONCE, HASHED, RECEIPT, OPEN_VOTE, PROVABLE, RECORDED, DEVICE)
OF_TELLERS = (BY_TWO, TELLERS_WORD)
TOLD = {**HELD, **NOT_HELD}


def promises(poll: Poll) -> dict[str, list[str]]:
    """What is guaranteed and what is not promised, in the caller's language."""
    untrue = set(map(id, _untrue(poll)))
    return {name: [str(each) for each in told if id(each) not in untrue] for name, told in TOLD.items()}


def _untrue(poll: Poll) -> Iterator[Any]:
    if poll.secrecy == Secrecy.SECRET:
        yield OPEN_VOTE
    else:
        yield from OF_SECRET
    if Channel.DEVICES not in poll.channels:
        yield from (*OF_DEVICES, *OF_KEYS)
    if not poll.by_tellers:
        yield from OF_TELLERS
    if not {Channel.DEVICES, Channel.PAPER} <= set(poll.channels):
        yield ONE_WAY
    if Channel.HANDS not in poll.channels:
        yield NAMELESS_HANDS
    if not poll.weights:
        yield WEIGHTS
    if not poll.proxies:
        yield PROXIES
    if poll.receipt == ReceiptKind.NONE:
        yield from (HASHED, RECEIPT, RECORDED)
    if poll.channels == [Channel.HANDS]:
        yield TURNOUT
    if poll.receipt != ReceiptKind.TRACKER:
        yield PROVABLE


def _all_alike(poll: Poll) -> bool:
    """Whether each ballot of a counted poll says the same: all for or against or neither, all blank, or each candidate on
    all of them or on none."""
    tally, verdict = poll.tally or {}, poll.verdict or {}
    returned = tally["returned"]
    if poll.election_id is None or returned in {0, tally["blank"]}:
        return returned > 0 and returned in {tally["blank"], tally["yes"], tally["no"], tally["abstain"]}
    votes = {each["votes"] for each in verdict["candidates"]}
    return verdict["ranking"] is None and tally["valid"] == returned and votes <= {0, returned}


def warnings(poll: Poll) -> list[str]:
    """What a secret poll will give away, or has: too few ballots, or all alike. A poll nobody opened yet warns of its
    roll once that is frozen."""
    if poll.secrecy != Secrecy.SECRET or not poll.tally:
        return []
    tally, found = poll.tally, []
    known = not poll.by_tellers or poll.was_counted
    ballots = tally.get("returned", tally["entitled"]) if known else tally["entitled"]
    if ballots < FEW * weights.heaviest(poll.weights):
        found.append(
            say(
                vi="Chỉ có {n} phiếu: kết quả có thể làm lộ lựa chọn của từng người.",
                en="With {n} ballots the result may reveal what each person chose.",
                n=ballots,
            )
        )
    if poll.was_counted and _all_alike(poll):
        found.append(
            say(
                vi="Mọi phiếu đều giống nhau: ai cũng biết từng người đã chọn gì.",
                en="All ballots are alike: everybody knows what each person chose.",
            )
        )
    return [str(each) for each in found]

"""Rules of Vietnamese bodies, ready to use. A poll keeps its own copy: a change here changes no vote held before."""

from fractions import Fraction

from backend.resolutions.counting.rule import Quorum, Rule, Threshold

_HALF, _TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)

PRESETS: dict[str, Rule] = {
    "staff_conference": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="attending"),),
        quorum=Quorum(share=_TWO_THIRDS, base="summoned", at=("open", "seal")),
        title={
            "vi": "Hội nghị cán bộ, công chức, viên chức, người lao động",
            "en": "Conference of officials, public employees and workers",
        },
        citation={
            "vi": "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15",
            "en": "Law on Implementation of Grassroots Democracy No. 10/2022/QH15",
        },
    ),
    "trade_union_congress": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="attending"),),
        quorum=Quorum(share=_TWO_THIRDS, base="summoned", at=("open", "seal")),
        title={"vi": "Đại hội, hội nghị công đoàn", "en": "Trade union congress or conference"},
        citation={
            "vi": "Điều lệ Công đoàn Việt Nam: hợp lệ khi có ít nhất 2/3 số đại biểu được triệu tập",
            "en": "Charter of the Viet Nam Trade Unions: valid with at least 2/3 of the delegates summoned",
        },
    ),
    "simple_majority": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="yes_no"),),
        title={"vi": "Quá nửa số phiếu tán thành và không tán thành", "en": "Majority of the votes cast"},
        citation={"vi": "Thông lệ nghị trường", "en": "Common parliamentary law"},
    ),
    "two_thirds_of_votes_cast": Rule(
        all_of=(Threshold(share=_TWO_THIRDS, cmp=">=", base="yes_no"),),
        title={"vi": "Từ 2/3 số phiếu tán thành và không tán thành", "en": "Two thirds of the votes cast"},
        citation={"vi": "Thông lệ nghị trường", "en": "Common parliamentary law"},
    ),
    "unanimity": Rule(
        all_of=(Threshold(share=Fraction(1), cmp=">=", base="returned"),),
        blanks="count_in_cast",
        invalid="count_in_cast",
        title={"vi": "Nhất trí: mọi phiếu thu về đều tán thành", "en": "Unanimity: every ballot returned is in favour"},
        citation={"vi": "Thông lệ nghị trường", "en": "Common parliamentary law"},
    ),
    "roberts_rules": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="yes_no"),),
        quorum=Quorum(share=_HALF, cmp=">", base="members", at=("open", "seal")),
        title={
            "vi": "Mặc định của Robert: quá nửa số phiếu bầu, không kể phiếu trắng",
            "en": "Robert's default: a majority of the votes cast, blanks left out",
        },
        citation={
            "vi": "Robert's Rules of Order Newly Revised, ấn bản 12, 40:2, 44:1",
            "en": "Robert's Rules of Order Newly Revised, 12th ed., 40:2 and 44:1",
        },
    ),
    "party_majority": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="members"),),
        title={"vi": "Quá nửa tổng số thành viên cơ quan lãnh đạo của Đảng", "en": "Majority of all members (Party)"},
        citation={
            "vi": "Điều lệ Đảng Cộng sản Việt Nam, Điều 9; quy định thi hành Điều lệ Đảng",
            "en": "Charter of the Communist Party of Viet Nam, Article 9; regulations implementing the Charter",
        },
    ),
    "peoples_council_majority": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="members"),),
        quorum=Quorum(share=_TWO_THIRDS, base="members", at=("open",)),
        title={
            "vi": "Quá nửa tổng số đại biểu Hội đồng nhân dân",
            "en": "Majority of all deputies (People's Council)",
        },
        citation={
            "vi": "Luật Tổ chức chính quyền địa phương",
            "en": "Law on Organization of Local Government",
        },
    ),
    "peoples_council_dismissal": Rule(
        all_of=(Threshold(share=_TWO_THIRDS, cmp=">=", base="members"),),
        quorum=Quorum(share=_TWO_THIRDS, base="members", at=("open",)),
        title={
            "vi": "Bãi nhiệm đại biểu Hội đồng nhân dân: từ 2/3 tổng số đại biểu",
            "en": "Dismissal of a deputy: two thirds of all deputies (People's Council)",
        },
        citation={
            "vi": "Luật Tổ chức chính quyền địa phương",
            "en": "Law on Organization of Local Government",
        },
    ),
    "trade_union_election": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="returned"),),
        quorum=Quorum(share=_TWO_THIRDS, base="summoned", at=("open", "seal")),
        blanks="count_in_cast",
        title={"vi": "Bầu cử công đoàn: quá nửa số phiếu bầu", "en": "Trade union election: a majority of the ballots"},
        citation={
            "vi": "Điều lệ Công đoàn Việt Nam và hướng dẫn thi hành: người trúng cử phải đạt quá 1/2 so với số phiếu bầu",
            "en": "Charter of the Viet Nam Trade Unions and its guidance: more than 1/2 of the ballots cast",
        },
    ),
    "association_election": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="valid"),),
        quorum=Quorum(share=_HALF, cmp=">", base="summoned", at=("open",)),
        title={
            "vi": "Bầu cử của hội: quá nửa số phiếu bầu hợp lệ",
            "en": "Election of an association: a majority of the valid ballots",
        },
        citation={"vi": "Điều lệ của hội", "en": "The association's charter"},
    ),
    "party_election": Rule(
        all_of=(Threshold(share=_HALF, cmp=">", base="summoned"),),
        quorum=Quorum(share=_TWO_THIRDS, base="summoned", at=("open",)),
        title={
            "vi": "Bầu cử trong Đảng: quá nửa số người được triệu tập",
            "en": "Election within the Party: a majority of those summoned",
        },
        citation={
            "vi": "Quy chế bầu cử trong Đảng, ban hành kèm theo Quyết định số 190-QĐ/TW ngày 10/10/2024",
            "en": "Regulation on elections within the Party, Decision No. 190-QD/TW of 10 October 2024",
        },
    ),
    "count_of_preferences": Rule(
        all_of=(),
        title={"vi": "Người trúng cử theo kiểm phiếu xếp hạng", "en": "Whom the count of preferences elects"},
        citation={"vi": "SSI 2007/42, phụ lục 1, quy tắc 45-52", "en": "SSI 2007/42, schedule 1, rules 45 to 52"},
    ),
}
#: Those by which people are elected; by the others texts are decided.
FOR_ELECTIONS = frozenset({"trade_union_election", "association_election", "party_election", "count_of_preferences"})

"""What planned people, places and conferences are called. The provinces are those of the reform of 1 July 2025, which
left two levels: province and commune. Communes, houses and people are made up of words that are common everywhere."""

from backend.simulation.shapes import Words

SURNAMES = [
    *("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Vũ", "Võ"),
    *("Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"),
]
MIDDLES = {
    "ong": ["Văn", "Đức", "Quốc", "Hữu", "Minh", "Thanh", "Công"],
    "ba": ["Thị", "Ngọc", "Thu", "Thanh", "Kim", "Bích", "Hồng"],
}
GIVEN = {
    "ong": [
        *("An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hùng", "Khoa"),
        *("Lâm", "Long", "Nam", "Phong", "Quân", "Sơn", "Thắng", "Tùng", "Việt"),
    ],
    "ba": [
        *("Anh", "Ánh", "Chi", "Dung", "Đào", "Hà", "Hạnh", "Hằng", "Hương", "Lan"),
        *("Linh", "Mai", "Ngân", "Oanh", "Phượng", "Quyên", "Thảo", "Thủy", "Uyên", "Yến"),
    ],
}
DEGREES = {"": 12, "ThS.": 6, "TS.": 2}

#: The six cities run by the centre, then the 28 provinces.
CITIES = ["Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ"]
PROVINCES = [
    *("Tuyên Quang", "Cao Bằng", "Lai Châu", "Lào Cai", "Thái Nguyên", "Điện Biên", "Lạng Sơn"),
    *("Sơn La", "Phú Thọ", "Quảng Ninh", "Bắc Ninh", "Hưng Yên", "Ninh Bình", "Thanh Hóa"),
    *("Nghệ An", "Hà Tĩnh", "Quảng Trị", "Quảng Ngãi", "Gia Lai", "Khánh Hòa", "Lâm Đồng"),
    *("Đắk Lắk", "Đồng Nai", "Tây Ninh", "Vĩnh Long", "Đồng Tháp", "An Giang", "Cà Mau"),
]
COMMUNES = [
    *("An Bình", "Bình Minh", "Đông Hòa", "Hòa Phú", "Long Thành", "Minh Tân", "Phú Lộc", "Quang Trung"),
    *("Tân An", "Tân Phú", "Thanh Sơn", "Thành Công", "Thống Nhất", "Vĩnh Hưng", "Xuân Hòa", "Yên Bình"),
]
STREETS = ["Lê Lợi", "Trần Phú", "Nguyễn Huệ", "Hùng Vương", "Quang Trung", "Lý Thường Kiệt", "Hai Bà Trưng"]

#: key, kind, name, symbol of what stands right below the agency
UNITS: list[tuple[str, str, Words, str]] = [
    ("van-phong", "office", Words("Văn phòng Cục", "Office of the Agency"), "VP"),
    ("to-chuc", "department", Words("Ban Tổ chức cán bộ", "Personnel Department"), "TCCB"),
    ("ke-hoach", "department", Words("Ban Kế hoạch – Tài chính", "Planning and Finance Department"), "KHTC"),
    ("tieu-chuan", "department", Words("Ban Tiêu chuẩn", "Standards Department"), "TC"),
    ("do-luong", "department", Words("Ban Đo lường", "Metrology Department"), "DL"),
    ("danh-gia", "department", Words("Ban Đánh giá sự phù hợp", "Conformity Assessment Department"), "DGPH"),
    ("phap-che", "department", Words("Ban Pháp chế – Thanh tra", "Legal Affairs and Inspection Department"), "PC"),
    ("dang-uy", "party", Words("Đảng ủy Cục"), "DU"),
]
#: key, kind, name, symbol, place of those with houses of their own
CENTRES: list[tuple[str, str, Words, str, str]] = [
    ("vien", "institute", Words("Viện Đo lường và Thử nghiệm", "Institute of Metrology and Testing"), "VDT", "Hà Nội"),
    ("tt1", "centre", Words("Trung tâm Kỹ thuật Miền Bắc", "Northern Technical Centre"), "KTB", "Hải Phòng"),
    ("tt2", "centre", Words("Trung tâm Kỹ thuật Miền Trung", "Central Technical Centre"), "KTT", "Đà Nẵng"),
    ("tt3", "centre", Words("Trung tâm Kỹ thuật Miền Nam", "Southern Technical Centre"), "KTN", "Hồ Chí Minh"),
    ("dao-tao", "centre", Words("Trung tâm Đào tạo chất lượng", "Quality Training Centre"), "DT", "Hà Nội"),
]
DIVISIONS: list[tuple[str, Words]] = [
    ("hc", Words("Phòng Hành chính – Tổng hợp", "Administration Division")),
    ("kt", Words("Phòng Kỹ thuật", "Technical Division")),
    ("dv", Words("Phòng Dịch vụ khách hàng", "Customer Service Division")),
]
#: The houses that are hired, and where.
HOTELS: list[tuple[str, Words, str]] = [
    ("ks-bac", Words("Khách sạn Sao Mai", "Sao Mai Hotel"), "Hà Nội"),
    ("ks-trung", Words("Khách sạn Biển Xanh", "Bien Xanh Hotel"), "Đà Nẵng"),
    ("ks-nam", Words("Khách sạn Phương Nam", "Phuong Nam Hotel"), "Hồ Chí Minh"),
]

#: kind of organisation → (head, rank), (deputy, rank)
OFFICES: dict[str, tuple[tuple[Words, int], tuple[Words, int]]] = {
    "agency": ((Words("Cục trưởng", "Director General"), 10), (Words("Phó Cục trưởng", "Deputy Director General"), 20)),
    "office": ((Words("Chánh Văn phòng", "Chief of Office"), 30), (Words("Phó Chánh Văn phòng", "Deputy Chief"), 40)),
    "department": ((Words("Trưởng ban", "Head of Department"), 30), (Words("Phó Trưởng ban", "Deputy Head"), 40)),
    "institute": ((Words("Viện trưởng", "Director"), 30), (Words("Phó Viện trưởng", "Deputy Director"), 40)),
    "centre": ((Words("Giám đốc", "Director"), 30), (Words("Phó Giám đốc", "Deputy Director"), 40)),
    "party": ((Words("Bí thư"), 12), (Words("Phó Bí thư"), 22)),
    "division": ((Words("Trưởng phòng", "Head of Division"), 60), (Words("Phó Trưởng phòng", "Deputy Head"), 65)),
    "people-committee": ((Words("Chủ tịch", "Chairman"), 15), (Words("Phó Chủ tịch", "Vice Chairman"), 25)),
    "provincial-department": (
        (Words("Giám đốc Sở", "Director"), 32),
        (Words("Phó Giám đốc Sở", "Deputy Director"), 42),
    ),
    "sub-department": ((Words("Chi cục trưởng", "Head"), 50), (Words("Phó Chi cục trưởng", "Deputy Head"), 55)),
    "commune": ((Words("Chủ tịch", "Chairman"), 62), (Words("Phó Chủ tịch", "Vice Chairman"), 67)),
}
CLERK = (Words("Chuyên viên", "Officer"), 90)
SECOND_HAT = Words("Phó Bí thư Đảng ủy", "Deputy Secretary of the Party Committee")

#: (subject, the standard it is about, if any)
TOPICS: list[tuple[Words, str]] = [
    (
        Words("áp dụng TCVN ISO 9001:2015 tại xã, phường", "the use of TCVN ISO 9001:2015 in communes and wards"),
        "TCVN ISO 9001:2015",
    ),
    (
        Words(
            "áp dụng TCVN ISO 18091:2020 ở chính quyền địa phương", "the use of TCVN ISO 18091:2020 in local government"
        ),
        "TCVN ISO 18091:2020",
    ),
    (
        Words("năng lực phòng thử nghiệm theo TCVN ISO/IEC 17025", "laboratory competence under TCVN ISO/IEC 17025"),
        "TCVN ISO/IEC 17025",
    ),
    (Words("hạ tầng chất lượng quốc gia", "the national quality infrastructure"), ""),
    (Words("truy xuất nguồn gốc sản phẩm, hàng hóa", "the traceability of products and goods"), ""),
    (Words("chứng nhận Halal cho hàng xuất khẩu", "Halal certification of exports"), ""),
    (Words("kiểm định phương tiện đo trong thương mại", "the verification of measuring instruments in trade"), ""),
    (Words("đo lường trong y tế", "measurement in health care"), ""),
    (Words("kiểm kê khí nhà kính ở doanh nghiệp", "greenhouse gas inventories in enterprises"), "ISO 14064"),
    (Words("mã số, mã vạch và chuyển đổi số", "bar codes and digital transformation"), ""),
    (Words("nâng cao năng suất bằng 5S và Kaizen", "raising productivity by 5S and Kaizen"), ""),
    (Words("quy chuẩn kỹ thuật về pin mặt trời", "technical regulations on solar cells"), ""),
    (Words("dịch vụ tiêu chuẩn đo lường chất lượng", "services in standards, metrology and quality"), ""),
    (
        Words("bảo đảm an toàn thông tin theo ISO/IEC 27001", "information security under ISO/IEC 27001"),
        "ISO/IEC 27001",
    ),
    (Words("quản lý chất lượng xăng dầu", "the quality control of petrol and oil"), ""),
    (Words("đào tạo cán bộ kỹ thuật", "the training of technical staff"), ""),
]
LEGAL_BASES = [
    Words("Luật Đo lường số 04/2011/QH13", "Law on Measurement No. 04/2011/QH13"),
    Words("Luật Chất lượng sản phẩm, hàng hóa số 05/2007/QH12"),
    Words("Quyết định số 19/2014/QĐ-TTg", "Decision No. 19/2014/QĐ-TTg"),
]
#: kind → how a title is made of a subject
TITLES: dict[str, Words] = {
    "workshop": Words("Hội thảo {subject}", "Workshop on {subject}"),
    "report": Words("Hội nghị đánh giá tình hình {subject}", "Conference evaluating {subject}"),
    "conference": Words("Hội nghị triển khai {subject}", "Conference on {subject}"),
    "review": Words("Hội nghị tổng kết công tác {subject} năm {reviewed}", "Review of {reviewed}: {subject}"),
    "meeting": Words("Họp tổ công tác về {subject}", "Working group on {subject}"),
    "study": Words("Tập huấn {subject}", "Training on {subject}"),
    "party_meeting": Words("Họp chi bộ chuyên đề {subject}"),
}
REASONS = {
    "cancelled": [
        Words("Nội dung đã được ghép vào hội nghị khác.", "Its contents became part of another conference."),
        Words("Chưa chuẩn bị xong tài liệu."),
    ],
    "postponed": [
        Words("Lãnh đạo có lịch công tác đột xuất.", "The leaders were called elsewhere."),
        Words("Thời tiết xấu.", "Bad weather."),
    ],
}
#: What stands on an agenda, and how the shares of its time stand to each other: phase, title, share.
Outline = list[tuple[str, Words, int]]
SHORT: Outline = [
    ("opening", Words("Nêu mục đích, nội dung cuộc họp", "Purpose of the meeting"), 1),
    ("report", Words("Báo cáo kết quả và khó khăn", "Results and difficulties"), 3),
    ("discussion", Words("Trao đổi, thảo luận", "Discussion"), 4),
    ("closing", Words("Kết luận", "Conclusion"), 1),
]
LONG: Outline = [
    ("opening", Words("Khai mạc, giới thiệu đại biểu", "Opening"), 1),
    ("report", Words("Báo cáo trung tâm", "Main report"), 3),
    ("paper", Words("Tham luận của các đơn vị", "Papers of the units"), 4),
    ("discussion", Words("Thảo luận, hỏi đáp", "Discussion"), 4),
    ("direction", Words("Phát biểu chỉ đạo", "Directive speech"), 2),
    ("closing", Words("Kết luận, bế mạc", "Conclusion and closing"), 1),
]
REPLY_AND_VOTE: Outline = [
    ("reply", Words("Đáp từ", "Reply"), 1),
    ("vote", Words("Biểu quyết thông qua nghị quyết", "Adoption of the resolution"), 1),
]
COFFEE = Words("Giải lao", "Break")
LUNCH = Words("Nghỉ trưa", "Lunch")
FORENOON, AFTERNOON = Words("Phiên buổi sáng", "Morning session"), Words("Phiên buổi chiều", "Afternoon session")
BLOC = Words("Đại diện các đơn vị", "Representatives of the units")

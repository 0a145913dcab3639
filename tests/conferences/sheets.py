"""Programmes to be printed: a small one of one afternoon, and one of two days in two halls with parallel sessions."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from backend.conferences.printing import Heading
from backend.conferences.programme import Entry, Place, Programme, Voice
from backend.conferences.states import Phase
from backend.core.text import both

ZONE = "Asia/Ho_Chi_Minh"
SPACE = UUID("00000000-0000-4000-8000-000000000003")
MADE = dt.datetime(2021, 1, 12, 3, 0, tzinfo=dt.UTC)


def id_of(word: str) -> UUID:
    return uuid5(SPACE, word)


def at(day: int, clock: str) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return dt.datetime(2021, 1, day, hour, minute, tzinfo=ZoneInfo(ZONE))


def said(vi: str, en: str = "") -> dict[str, str]:
    return {"vi": vi, "en": en} if en else {"vi": vi}


PEOPLE = {
    id_of("thu"): said("Ông Kim Đức Thụ", "Mr Kim Duc Thu"),
    id_of("hiep"): said("Ông Hà Minh Hiệp", "Mr Ha Minh Hiep"),
    id_of("quynh"): said("Bà Phạm Thị Sen Quỳnh", "Ms Pham Thi Sen Quynh"),
    id_of("phu"): said("Ông Nguyễn Phú Quốc", "Mr Nguyen Phu Quoc"),
}
BODIES = {
    id_of("stameq"): said(
        "Tổng cục Tiêu chuẩn Đo lường Chất lượng", "Directorate for Standards, Metrology and Quality"
    ),
    id_of("centre"): said("Trung tâm Kỹ thuật 2", "Technical Centre 2"),
    id_of("haian"): said("UBND quận Hải An", "Hai An District People's Committee"),
    id_of("dost"): said("Sở Khoa học và Công nghệ Hải Phòng"),
}
NAMES = PEOPLE | BODIES


def voice(
    person: str = "", office: dict[str, str] | None = None, of: str = "", bloc: dict[str, str] | None = None
) -> Voice:
    return Voice(
        id=id_of(f"voice {person} {office} {of} {bloc}"),
        person=id_of(person) if person else None,
        organisation=id_of(of) if of else None,
        office=office or {},
        bloc=bloc or {},
    )


DEPUTY = said("Phó Tổng cục trưởng", "Deputy Director General")
HIEP = voice("hiep", DEPUTY, "stameq")
PHU = voice("phu", said("Phó Giám đốc phụ trách", "Deputy Director in charge"), "centre")
QUYNH = voice("quynh", said("Phó Giám đốc"), "dost")
THU = voice("thu", said("Giám đốc", "Director"), "centre")
OFFICE = voice(office=said("Đại diện", "Representative"), of="haian")
BLOC = voice(bloc=said("Khối Thử nghiệm", "Testing units"))


def place(room: str, en: str, house: str = "Nhà khách Hải An, 12 Lê Hồng Phong") -> Place:
    return Place(
        site=id_of("site"),
        room=id_of(room),
        said=said(f"{room}, {house}", f"{en}, Hai An Guest House, 12 Le Hong Phong"),
    )


HALL_A, HALL_B = place("Hội trường A", "Hall A"), place("Hội trường B", "Hall B")


def entry(vi: str, en: str = "", phase: str = "paper", **fields: Any) -> Entry:
    start, minutes = fields.get("starts_at"), fields.get("minutes")
    if start and minutes and "ends_at" not in fields:
        fields["ends_at"] = start + dt.timedelta(minutes=minutes)
    return Entry(
        **{
            "id": id_of(vi),
            "kind": "item",
            "phase": phase,
            "phase_name": both(Phase(phase).label),
            "title": said(vi, en),
            "reason": {},
            **fields,
        }
    )


SMALL = Programme(
    conference=id_of("small"),
    title=said("Hội nghị tổng kết công tác năm 2020 và phương hướng nhiệm vụ năm 2021"),
    day=dt.date(2021, 1, 14),
    day_part="afternoon",
    time_zone=ZONE,
    entries=(
        entry("Đón tiếp đại biểu", phase="opening", starts_at=at(14, "13:30"), minutes=30),
        entry("Tuyên bố lý do, giới thiệu đại biểu", phase="opening", starts_at=at(14, "14:00"), minutes=10),
        entry("Báo cáo tổng kết năm 2020", phase="report", starts_at=at(14, "14:10"), minutes=40, speakers=(PHU,)),
        entry("Tham luận của các khối", phase="paper", minutes=60, speakers=(BLOC, OFFICE)),
        entry("Giải lao", phase="paper", kind="break", day=dt.date(2021, 1, 14), day_part="afternoon"),
        entry("Phát biểu chỉ đạo", phase="direction", speakers=(HIEP,)),
        entry("Thông qua nghị quyết", phase="vote"),
    ),
)
SMALL_HEADING = Heading(
    parent=BODIES[id_of("stameq")],
    lead=BODIES[id_of("centre")],
    places=(said("Khách sạn Minh Toàn Galaxy, 306 đường 2/9, Đà Nẵng"),),
    made_at=MADE,
)

FIRST, SECOND = "Phiên toàn thể", "Phiên chuyên đề 1: Đo lường"
LARGE = Programme(
    conference=id_of("large"),
    number=3,
    title=said(
        "Hội thảo hợp tác nâng cao hiệu quả hoạt động tiêu chuẩn đo lường chất lượng",
        "Workshop on co-operation for better standards, metrology and quality services",
    ),
    starts_at=at(14, "08:00"),
    ends_at=at(15, "17:00"),
    time_zone=ZONE,
    entries=(
        entry("Đón tiếp đại biểu", "Registration of delegates", "opening", starts_at=at(14, "07:30"), minutes=30),
        entry("Khai mạc hội thảo", "Opening of the workshop", "opening", starts_at=at(14, "08:00"), minutes=15,
              speakers=(HIEP,), places=(HALL_A,)),
        entry(FIRST, "Plenary session", "report", kind="session", starts_at=at(14, "08:15"), minutes=105,
              chairs=(HIEP, QUYNH), places=(HALL_A,)),
        entry("Báo cáo tình hình triển khai TCVN ISO 18091:2020", "Report on the introduction of TCVN ISO 18091:2020",
              "report", parent=id_of(FIRST), starts_at=at(14, "08:15"), minutes=45, speakers=(QUYNH,), places=(HALL_A,)),
        entry("Kết quả thí điểm tại địa phương", "Results of the local pilot", "report", parent=id_of(FIRST),
              starts_at=at(14, "09:00"), minutes=30, speakers=(OFFICE,), places=(HALL_A,)),
        entry("Hỏi đáp về báo cáo", "Questions on the reports", "discussion", parent=id_of(FIRST),
              starts_at=at(14, "09:30"), minutes=30, places=(HALL_A,)),
        entry("Giải lao buổi sáng", "Coffee break", "report", kind="break", starts_at=at(14, "10:00"), minutes=15),
        entry(SECOND, "Session 1: Metrology", kind="session", starts_at=at(14, "10:15"), minutes=90,
              chairs=(THU,), places=(HALL_A,)),
        entry("Liên thông phòng thử nghiệm giữa ba trung tâm", "Shared laboratories of the three centres",
              parent=id_of(SECOND), starts_at=at(14, "10:15"), minutes=45, speakers=(THU,), places=(HALL_A,)),
        entry("Hiệu chuẩn cho doanh nghiệp nhỏ và vừa", "Calibration for small and medium enterprises",
              parent=id_of(SECOND), starts_at=at(14, "11:00"), minutes=45, speakers=(BLOC, PHU), places=(HALL_A,)),
        entry("Phiên chuyên đề 2: Chất lượng", "Session 2: Quality", kind="session", starts_at=at(14, "10:15"), minutes=90,
              parallel=True, chairs=(QUYNH,), places=(HALL_B,)),
        entry("Dịch vụ chứng nhận và niềm tin của khách hàng", "Certification services and the customers' trust",
              parent=id_of("Phiên chuyên đề 2: Chất lượng"), starts_at=at(14, "10:15"), minutes=30, speakers=(PHU,),
              places=(HALL_B,)),
        entry("Công cụ 5S và Kaizen trong cơ quan nhà nước", "5S and Kaizen in public offices",
              parent=id_of("Phiên chuyên đề 2: Chất lượng"), starts_at=at(14, "10:45"), minutes=30, state="cancelled",
              reason=said("diễn giả không dự được", "the speaker cannot come"), speakers=(OFFICE,), places=(HALL_B,)),
        entry("Trao đổi về dịch vụ", "Exchange on services", "discussion",
              parent=id_of("Phiên chuyên đề 2: Chất lượng"), starts_at=at(14, "11:15"), minutes=30, places=(HALL_B,)),
        entry("Nghỉ trưa", "Lunch", kind="break", starts_at=at(14, "11:45"), minutes=105),
        entry("Tham quan phòng thử nghiệm", "Visit to the laboratory", "discussion", day=dt.date(2021, 1, 14),
              day_part="afternoon"),
        entry("Tham luận của các đơn vị", "Papers of the units", "paper", starts_at=at(15, "08:00"), minutes=90,
              kind="session", places=(HALL_A,), chairs=(HIEP,)),
        entry("Chiến lược và kế hoạch doanh thu, năng lực, phạm vi", "Strategy and plans for revenue, capacity and scope",
              parent=id_of("Tham luận của các đơn vị"), starts_at=at(15, "08:00"), minutes=45, speakers=(PHU,),
              places=(HALL_A,)),
        entry("Chia sẻ thông tin giữa các trung tâm", "Sharing information between the centres",
              parent=id_of("Tham luận của các đơn vị"), starts_at=at(15, "08:45"), minutes=45, speakers=(THU,),
              state="postponed", places=(HALL_A,)),
        entry("Giải lao ngày thứ hai", "Break", kind="break", starts_at=at(15, "09:30"), minutes=15),
        entry("Phát biểu chỉ đạo", "Directive speech", "direction", starts_at=at(15, "09:45"), speakers=(HIEP,),
              places=(HALL_A,)),
        entry("Biểu quyết thông qua nghị quyết", "Vote on the resolution", "vote", minutes=15, places=(HALL_A,)),
        entry("Bế mạc", "Closing", "closing", places=(HALL_A,), speakers=(voice("erased", DEPUTY, "stameq"),)),
        entry("Kinh nghiệm của phòng thử nghiệm quốc tế", "Experience of an international laboratory", reserve=True,
              minutes=20, speakers=(BLOC,)),
        entry("Tọa đàm mở rộng", "", "discussion", reserve=True, day=dt.date(2021, 1, 15), day_part="evening"),
    ),
)  # fmt: skip
LARGE_HEADING = Heading(
    parent=said("Bộ Khoa học và Công nghệ", "Ministry of Science and Technology"),
    lead=BODIES[id_of("stameq")],
    others=(BODIES[id_of("centre")], BODIES[id_of("haian")]),
    places=(HALL_A.said, HALL_B.said),
    released_at=dt.datetime(2021, 1, 12, 2, 0, tzinfo=dt.UTC),
    made_at=MADE,
)

"""What is told where there is no terminal."""

from backend.simulation.progress import lines


def test_a_long_step_is_told_in_parts_each_once() -> None:
    said: list[str] = []
    tell = lines(str.upper, said.append, parts=4)
    for done in range(1, 101):
        tell("rooms", done, 100)
    tell("rooms", 100, 100)
    assert [line.split() for line in said] == [["ROOMS", f"{n}/100"] for n in (25, 50, 75, 100)]


def test_nothing_to_do_is_done() -> None:
    said: list[str] = []
    lines(str.upper, said.append, parts=4)("rooms", 0, 0)
    assert [line.split() for line in said] == [["ROOMS", "0/0"]]

"""A problem's `type` leads somewhere."""

from django.test import Client

from backend.core import problems


def test_every_problem_type_is_explained_in_both_languages(client: Client) -> None:
    for slug, (status, _) in problems.catalogue().items():
        told = client.get(f"/problems/{slug}").json()
        assert (told["type"], told["status"]) == (f"/problems/{slug}", status)
        assert told["title"]["vi"]
        assert told["title"]["en"]
    assert {"invalid", "illegal-move", "stale-write", "not-found", "internal"} <= set(problems.catalogue())


def test_an_unknown_problem_type_is_itself_a_problem_written_in_vietnamese_letters(client: Client) -> None:
    answer = client.get("/problems/no-such")
    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.content.decode()

"""How the journey speaks to Plenum: as anybody outside would, over HTTP."""

from typing import Any

import httpx


class StepFailed(Exception):
    """A step of the journey was refused or did not happen in time."""


class Caller:
    """One person's or program's way to the API."""

    def __init__(self, base_url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False)

    def get(self, path: str, **query: Any) -> Any:
        return self._read(self.http.get(f"/api/v1/{path}", params=query))

    def post(self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None) -> Any:
        """With `version` only while the row is still the one that was read."""
        headers = {} if version is None else _if_match(version)
        return self._read(self.http.post(f"/api/v1/{path}", json=body or {}, headers=headers))

    def patch(self, path: str, body: dict[str, Any], version: int) -> Any:
        return self._read(self.http.patch(f"/api/v1/{path}", json=body, headers=_if_match(version)))

    def every(self, path: str, **query: Any) -> list[Any]:
        """All rows of a list, page by page."""
        page = self.get(path, page_size=200, **query)
        rows = list(page["results"])
        while page["next"]:
            page = self._read(self.http.get(page["next"]))
            rows += page["results"]
        return rows

    @staticmethod
    def _read(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise StepFailed(
                f"{answer.request.method} {answer.request.url.path} → {answer.status_code} {answer.text[:500]}"
            )
        return answer.json() if answer.content else None


def _if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}

"""The addresses of what people may know and decide about their data, under /api/v1/."""

routes: list[tuple[str, type]] = []

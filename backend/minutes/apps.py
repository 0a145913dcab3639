"""On start, documents learn who took part in which conference."""

from django.apps import AppConfig


class MinutesConfig(AppConfig):
    name = "backend.minutes"

    def ready(self) -> None:
        from backend.documents.queries import also_open_to
        from backend.minutes.queries import taken_part_in

        also_open_to(taken_part_in)

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from groundswell.campaigns.models import Ask, ShareLink


class SurveysConfig(AppConfig):
    name = "groundswell.surveys"

    def ready(self) -> None:
        from django.urls import reverse

        from groundswell.campaigns.asks_pages import register
        from groundswell.campaigns.enums import AskKind
        from groundswell.surveys.links import own_path

        def own(ask: Ask, link: ShareLink | None, person_id: int, contact_point_id: int) -> str:
            return own_path(
                ask_id=ask.pk,
                person_id=person_id,
                contact_point_id=contact_point_id,
                link_id=link.pk if link is not None else None,
            )

        register(AskKind.SURVEY, lambda ask: reverse("surveys:page", args=[ask.slug]), own)

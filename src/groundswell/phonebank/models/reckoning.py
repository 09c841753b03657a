"""Figures that take the database longer than a page may: counted by the worker, kept with the time they were counted at."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from groundswell.phonebank.enums import ReckoningKind


class Reckoning(models.Model):
    """One thing counted for one campaign. Written only by `operations.reckoning`; may be deleted at any time.

    `key` is the digest of what is `asked`. The figures are those of `counted_at`, whatever has happened since; while
    `queued_at` is set, a job of the worker is on its way to count them (again).
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=ReckoningKind.choices)
    key = models.CharField(max_length=64)
    asked = models.JSONField()
    # When a page last asked: nobody's question is not counted.
    wanted_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    figures = models.JSONField(null=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reckoning_once", fields=["campaign", "key"]),
            models.CheckConstraint(name="reckoning_kind_known", condition=Q(kind__in=ReckoningKind.values)),
            models.CheckConstraint(
                name="reckoning_is_dated",
                condition=Q(figures__isnull=True, counted_at__isnull=True)
                | Q(figures__isnull=False, counted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.key[:8]})"

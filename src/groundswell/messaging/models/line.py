"""The standing ways in: who listens at which, and how it is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Line(models.Model):
    """A way in that one worker at a time looks after: the bind that hears texts, the mailbox of bounces.

    `held_by` has it until `held_until`, and keeps saying so; when it falls silent, another takes over. `heard_at` is when
    it last worked, `problem` what has been wrong since (empty: nothing).
    """

    name = models.CharField(max_length=32, primary_key=True)
    held_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    held_until = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")
    # What was kept last and perhaps not answered: said again, it is not kept again.
    unanswered = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="line_held_until", condition=Q(held_by="") | Q(held_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

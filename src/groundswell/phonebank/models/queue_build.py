"""A queue that the worker builds because a page may not wait for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class QueueBuild(models.Model):
    """A queue asked for and not there yet, or why it came to nothing. Written only by `operations.building`.

    The queue itself is built in one transaction: until the end it holds what it held before, and nobody can ring from
    half of it. How far that is is written here beside it.
    """

    phone_bank = models.OneToOneField(
        "phonebank.PhoneBank", on_delete=models.CASCADE, primary_key=True, related_name="queue_build"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    # Open the phone bank as soon as the queue is there; else it is only brought up to date.
    opens = models.BooleanField()
    told_at = models.DateTimeField(null=True)
    # Households; without a total the worker still looks who may be rung.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    # Why it came to nothing, in words for the organiser. Empty: it goes on.
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="queue_build_within_total",
                condition=Q(total__isnull=True, done=0) | Q(total__isnull=False, done__lte=F("total")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phone_bank_id}: {self.done} of {self.total}"

"""What the demo would have sent."""

from __future__ import annotations

from django.db import models


class SimulatedText(models.Model):
    """A text of the demo, as it would have reached a phone: it stays here, and the simulator's page shows it."""

    reference = models.CharField(max_length=80, unique=True)
    our_address = models.CharField(max_length=254)
    our_name = models.CharField(max_length=120)
    their_address = models.CharField(max_length=254)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["their_address", "at"], name="simulated_phone")]

    def __str__(self) -> str:
        return f"{self.their_address}, {self.at:%Y-%m-%d %H:%M}"

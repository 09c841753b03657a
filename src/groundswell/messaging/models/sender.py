"""Under which names we write."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import CHANNELS


class Sender(models.Model):
    """A name and address we may send under (rule M7): nothing leaves by one that is not verified, or is retired.

    `address` is an email address, a number in E.164, or up to eleven letters and figures; those cannot receive, so
    texts from them need a number for STOP in their words. `rate` is the most it may send in a second, kept for all
    workers by `next_slot_at`.
    """

    channel = models.CharField(max_length=16, choices=[(channel, channel.label) for channel in CHANNELS])
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=254)
    provider = models.CharField(_("provider"), max_length=32)
    rate = models.PositiveIntegerField(_("messages a second"), default=10)
    # Of one part of a text, or of one email, in pence; null: not known.
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=4, null=True, blank=True)
    next_slot_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # How it was made sure: a code that came back, the provider's own listing.
    verified_how = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    # Of which press of the form: pressed twice, it is one sender.
    press = models.UUIDField(unique=True, null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="sender_once", fields=["channel", "address"], condition=Q(retired_at__isnull=True)
            ),
            models.CheckConstraint(name="sender_channel_known", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(name="sender_rate_positive", condition=Q(rate__gt=0)),
            models.CheckConstraint(name="sender_price_not_negative", condition=Q(price__isnull=True) | Q(price__gte=0)),
            models.CheckConstraint(
                name="sender_verified_how", condition=Q(verified_at__isnull=True) | ~Q(verified_how="")
            ),
            models.CheckConstraint(
                name="sender_address_fits",
                condition=Q(channel=Channel.EMAIL, address__contains="@")
                | Q(channel=Channel.SMS, address__regex=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def can_receive(self) -> bool:
        """Whether answers reach us: an email address or a number does, letters do not."""
        return self.channel == Channel.EMAIL or self.address.lstrip("+").isdigit()

"""Pages on which supporters sign up, and who did: waiting until they confirm it from their own address."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.joining.enums import LetterState
from groundswell.joining.rules import MOST_WRONG


class SignUpPage(models.Model):
    """What a sign-up page asks besides name and email. Its address, publication and tracked links are its ask's."""

    ask = models.OneToOneField("campaigns.Ask", on_delete=models.PROTECT, related_name="sign_up_page")
    about = models.TextField(_("why to sign up"), blank=True)
    thanks = models.TextField(_("what they read once they have confirmed"), blank=True)
    # "Which issues matter to you?": answers go where those from calls go.
    question = models.ForeignKey(
        "campaigns.Question", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tag = models.CharField(_("tag"), max_length=64, blank=True)
    asks_phone = models.BooleanField(_("ask for a telephone number"), default=True)
    asks_postcode = models.BooleanField(_("ask for the postcode"), default=True)
    # A charity says that it will email, with a box to say no, instead of a box to say yes (rule M3).
    soft_opt_in = models.BooleanField(_("soft opt-in to email"), default=False)
    # Sites that may show it in a frame of theirs, as origins: https://example.org
    embedded_on = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    # Of which press of the form: pressed twice, it is one page.
    press = models.UUIDField(unique=True, null=True, editable=False)

    def __str__(self) -> str:
        return self.ask.title


class SignUp(models.Model):
    """What somebody typed on a sign-up page. Nothing of it counts before its action is confirmed (rule M4)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    action = models.OneToOneField("campaigns.Action", on_delete=models.CASCADE, related_name="sign_up")
    page = models.ForeignKey(SignUpPage, on_delete=models.CASCADE, related_name="sign_ups")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="sign_ups")
    email = models.ForeignKey("people.ContactPoint", on_delete=models.CASCADE, related_name="+")
    phone = models.ForeignKey("people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="+")
    postcode = models.CharField(max_length=10, blank=True)
    constituency = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, related_name="+")
    # What they were told of email, with the box to say no, that they left empty (rule M3); empty: nothing, or they said no.
    soft_wording = models.TextField(blank=True)
    # Ticked options of the page's question; they become answers when confirmed.
    options = models.ManyToManyField("campaigns.Option", related_name="+")
    signed_up_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="sign_up_once", fields=["page", "person"])]

    def __str__(self) -> str:
        return f"{self.person} at {self.page}"


class NumberCode(models.Model):
    """A code that was texted to the number of a sign-up: whoever types it on the page holds that telephone (rule M4).

    Kept as a keyed hash. One that was typed wrongly too often, or too late, is of no use any more.
    """

    sign_up = models.ForeignKey(SignUp, on_delete=models.CASCADE, related_name="codes")
    contact_point = models.ForeignKey("people.ContactPoint", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="number_code_expires_later", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(name="number_code_wrong_few", condition=Q(wrong__lte=MOST_WRONG)),
            models.CheckConstraint(
                name="number_code_in_time",
                condition=Q(confirmed_at__isnull=True)
                | Q(confirmed_at__gte=F("made_at"), confirmed_at__lt=F("expires_at")),
            ),
            models.UniqueConstraint(
                name="number_code_used_once",
                fields=["sign_up", "contact_point"],
                condition=Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["contact_point", "-made_at"], name="number_code_newest")]

    def __str__(self) -> str:
        return f"{self.sign_up}, {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def key(self) -> str:
        """Under which its text is in the outbox."""
        return f"code {self.pk}"


class Letter(models.Model):
    """The letter with the link to confirm: written down first, sent after; again only when it is asked for."""

    sign_up = models.OneToOneField(SignUp, on_delete=models.CASCADE, related_name="letter")
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.WAITING)
    due_at = models.DateTimeField()
    # In the outbox. What becomes of it there is told here by a trigger (sql/install/10_letters.sql).
    delivery = models.OneToOneField(
        "messaging.Delivery", on_delete=models.SET_NULL, null=True, related_name="confirmation", editable=False
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    # How often it was given to the outbox.
    attempts = models.PositiveSmallIntegerField(default=0)
    again = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    # The mail server's own words, where it said any.
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="sign_up_letter_state_known", condition=Q(state__in=LetterState.values)),
            models.CheckConstraint(
                name="sign_up_letter_sent_has_time", condition=~Q(state=LetterState.SENT) | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="sign_up_letter_sending_is_leased",
                condition=Q(state=LetterState.SENDING, leased_until__isnull=False)
                | (~Q(state=LetterState.SENDING) & Q(leased_until__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="sign_up_letter_due", condition=Q(state=LetterState.WAITING))]

    def __str__(self) -> str:
        return f"{self.sign_up}: {self.get_state_display()}"

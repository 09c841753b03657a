"""Keyword flows: a word that somebody texts, the short series of questions that answers it, and who answered what."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import Channel
from groundswell.flows.enums import ANSWERED_KINDS, RunState, StepKind

# What may be agreed to by a text: what goes to the number that it came from.
CONSENT_CHANNELS = (Channel.SMS, Channel.CALL, Channel.EMAIL)


class Flow(models.Model):
    """A keyword at one of our numbers, and what is asked of whoever texts it. Written as a draft, and once published never
    changed: what people agreed to stays as it was worded. A changed copy takes its place.

    `word` is the keyword as it is compared: letters and figures, small. `ask` is what the flow leads on to.
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="flows")
    sender = models.ForeignKey("messaging.Sender", on_delete=models.PROTECT, related_name="flows")
    name = models.CharField(_("name"), max_length=120)
    keyword = models.CharField(_("keyword"), max_length=24)
    word = models.CharField(max_length=24)
    greeting = models.CharField(_("greeting"), max_length=300, blank=True)
    thanks = models.TextField(_("thanks"))
    ask = models.ForeignKey("campaigns.Ask", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Why it leads on to nothing, where it does not.
    no_ask_because = models.CharField(max_length=200, blank=True, default="", db_default="")
    tag = models.CharField(_("tag"), max_length=64, blank=True)
    # How long an answer is waited for.
    hours = models.PositiveSmallIntegerField(_("hours"), default=48)
    # All its answers in the outbox, with the tracked link of the ask; made when it is published.
    message = models.OneToOneField(
        "messaging.Message", on_delete=models.PROTECT, null=True, blank=True, related_name="flow"
    )
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    # Of which press of the form: pressed twice, it is one flow.
    press = models.UUIDField(unique=True, null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="flow_keyword_once",
                fields=["sender", "word"],
                condition=Q(published_at__isnull=False, retired_at__isnull=True),
            ),
            models.CheckConstraint(name="flow_has_word", condition=~Q(word="")),
            models.CheckConstraint(
                name="flow_published_has_message", condition=Q(published_at__isnull=True) | Q(message__isnull=False)
            ),
            models.CheckConstraint(
                name="flow_retired_after_publishing",
                condition=Q(retired_at__isnull=True) | Q(published_at__isnull=False, retired_at__gte=F("published_at")),
            ),
            models.CheckConstraint(name="flow_hours", condition=Q(hours__gte=1, hours__lte=720)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether its keyword is answered."""
        return self.published_at is not None and self.retired_at is None


class FlowStep(models.Model):
    """One question of a flow, as it is texted. Of a consent `text` is the exact wording that is agreed to."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=StepKind.choices)
    text = models.TextField(_("question"))
    question = models.ForeignKey("campaigns.Question", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="flow_step_position", fields=["flow", "position"], deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(name="flow_step_kind_known", condition=Q(kind__in=StepKind.values)),
            models.CheckConstraint(name="flow_step_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="flow_step_question",
                condition=Q(kind__in=ANSWERED_KINDS, question__isnull=False)
                | ~Q(kind__in=ANSWERED_KINDS) & Q(question__isnull=True),
            ),
            models.CheckConstraint(
                name="flow_step_channel",
                condition=Q(kind=StepKind.CONSENT, channel__in=CONSENT_CHANNELS)
                | ~Q(kind=StepKind.CONSENT) & Q(channel=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text[:60]}"


class Run(models.Model):
    """Somebody goes through a flow: a conversation between one of our numbers and theirs, while it is open.

    `uuid` is the source of the answers it brings. `offered` are the options of the last question in the order in which
    they were numbered, so that a 2 stays what it was. `wrong`: how often the last answer made no sense.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="runs")
    our_address = models.CharField(max_length=254)
    # Empty when its person is forgotten.
    their_address = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="flow_runs")
    contact_point = models.ForeignKey("people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="+")
    # The message to many that it answers, where one led into the flow.
    began_with = models.ForeignKey("messaging.Message", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.OPEN)
    step = models.ForeignKey(FlowStep, on_delete=models.PROTECT, null=True, related_name="+")
    offered = models.JSONField(default=list)
    wrong = models.PositiveSmallIntegerField(default=0)
    # The address they texted, where they were asked for one.
    email = models.ForeignKey("people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="+")
    postcode = models.CharField(max_length=10, blank=True)
    constituency = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="run_open_once", fields=["our_address", "their_address"], condition=Q(state=RunState.OPEN)
            ),
            models.CheckConstraint(name="run_state_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(name="run_wrong_few", condition=Q(wrong__lte=3)),
            models.CheckConstraint(
                name="run_open_has_step",
                condition=Q(state=RunState.OPEN, step__isnull=False, ended_at__isnull=True)
                | ~Q(state=RunState.OPEN) & Q(ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["their_address", "-started_at"], name="run_of_number"),
            models.Index(fields=["started_at"], name="run_started"),
        ]

    def __str__(self) -> str:
        return f"{self.flow}: {self.get_state_display()}"


class Asking(models.Model):
    """That a question of a flow was asked of somebody, and answered: what the drop-off is counted from."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="askings")
    step = models.ForeignKey(FlowStep, on_delete=models.PROTECT, related_name="askings")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    # Of a consent: what they said.
    agreed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="asking_once", fields=["run", "step"]),
            models.CheckConstraint(
                name="asking_agreed_is_answer", condition=Q(agreed__isnull=True) | Q(answered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.run}"


class EmailYes(models.Model):
    """A yes to email that was texted: consent once its owner presses the button of the letter that went there (rule M4).

    Anyone may text anyone's address. `wording` are the words of the question, `evidence` which text answered it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="email_yeses")
    step = models.ForeignKey(FlowStep, on_delete=models.PROTECT, related_name="+")
    contact_point = models.ForeignKey("people.ContactPoint", on_delete=models.CASCADE, related_name="+")
    wording = models.TextField()
    evidence = models.TextField()
    said_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="email_yes_once", fields=["run", "step"]),
            models.CheckConstraint(name="email_yes_says_how", condition=~Q(wording="") & ~Q(evidence="")),
            models.CheckConstraint(
                name="email_yes_confirmed_after",
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("said_at")),
            ),
        ]
        indexes = [models.Index(fields=["contact_point", "said_at"], name="email_yes_newest")]

    def __str__(self) -> str:
        return f"{self.contact_point} in {self.run}"


class LeadingMessage(models.Model):
    """A text to many whose answers go into a flow: it asks the flow's first question, and what they reply answers that.

    `offered` are the options as they are numbered in its words.
    """

    message = models.OneToOneField("messaging.Message", on_delete=models.CASCADE, related_name="leads_into")
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="leading_messages")
    offered = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.message} leads into {self.flow}"

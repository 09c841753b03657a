"""What a campaign asks and says: campaign, candidate, crib sheet, script, questions, and the dated answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.enums import AnswerChannel, Meaning, QuestionKind


class Campaign(models.Model):
    """One campaign: an election in some seats, a ballot, a cause."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    areas = models.ManyToManyField("places.Area", blank=True, related_name="campaigns")
    own_party = models.CharField(_("party"), max_length=120, blank=True)
    other_parties = models.JSONField(default=list, blank=True)
    election = models.CharField(_("election"), max_length=64, blank=True)
    # Tallies of intention stay inside the team until then (rule E1).
    poll_closes_at = models.DateTimeField(_("poll closes"), null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """Who stands for us in an area."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="candidates")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    party = models.CharField(_("party"), max_length=120, blank=True)
    about = models.TextField(_("about"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="candidate_once", fields=["campaign", "area", "name"])]

    def __str__(self) -> str:
        return self.name


class CribSheet(models.Model):
    """What a caller should know about a seat, in Markdown. Each saving is a new version; the newest published shows."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="crib_sheets")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    body = models.TextField(_("crib sheet"))
    published = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Two constraints, not one with NULLS NOT DISTINCT: PostgreSQL 14 has no such thing.
            models.UniqueConstraint(
                name="crib_sheet_version", fields=["campaign", "area", "version"], condition=Q(area__isnull=False)
            ),
            models.UniqueConstraint(
                name="crib_sheet_version_everywhere", fields=["campaign", "version"], condition=Q(area__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, version {self.version}"


class Question(models.Model):
    """A question a campaign asks, in calls, texts or forms. Voter ID is a question like any other."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=64)
    kind = models.CharField(max_length=16, choices=QuestionKind.choices)
    text = models.CharField(_("question"), max_length=500)
    help = models.CharField(_("note for the caller"), max_length=500, blank=True)
    is_voter_id = models.BooleanField(default=False)
    scale_from = models.SmallIntegerField(null=True, blank=True)
    scale_to = models.SmallIntegerField(null=True, blank=True)
    party = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="question_key", fields=["campaign", "key"]),
            models.CheckConstraint(name="question_kind_known", condition=Q(kind__in=QuestionKind.values)),
            models.CheckConstraint(
                name="question_scale_range",
                condition=(~Q(kind=QuestionKind.SCALE) & Q(scale_from__isnull=True, scale_to__isnull=True))
                | Q(kind=QuestionKind.SCALE, scale_from__lt=F("scale_to")),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Option(models.Model):
    """One possible answer and its fixed master meaning. Relabelled freely, retired rather than deleted."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options")
    label = models.CharField(_("label"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    meaning = models.CharField(_("meaning"), max_length=16, choices=Meaning.choices)
    party = models.CharField(max_length=120, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(name="option_meaning_known", condition=Q(meaning__in=Meaning.values)),
            models.UniqueConstraint(
                name="option_label", fields=["question", "label"], condition=Q(retired_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Script(models.Model):
    """What a caller says, from the greeting to goodbye. The identification block is fixed and not in it (rule C6).

    `version` rises with every change, so that a cached copy knows itself stale.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="scripts")
    name = models.CharField(_("name"), max_length=120)
    opening = models.TextField(_("opening line"))
    closing = models.TextField(_("closing line"), blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="script_name", fields=["campaign", "name"])]

    def __str__(self) -> str:
        return self.name


class ScriptStep(models.Model):
    """A question in a script. Shown always, or only after one of `show_if` was answered to an earlier step."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="steps")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    show_if = models.ManyToManyField(Option, blank=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="script_step_question", fields=["script", "question"]),
            models.UniqueConstraint(
                name="script_step_position",
                fields=["script", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.question}"


class Answer(models.Model):
    """What a person said to a question, when, however it came. Dated, never overwritten: a trigger lets nothing
    change but `withdrawn_at`, once (a caller's undo, a correction). Meaning and party are kept as they were then."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.SmallIntegerField(null=True)
    text = models.TextField(blank=True)
    meaning = models.CharField(max_length=16, choices=Meaning.choices, blank=True)
    party = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=16, choices=AnswerChannel.choices, default=AnswerChannel.CALL)
    # The idempotency key of what brought the answer (a call's client_uuid): one source, one set of answers.
    source_uuid = models.UUIDField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Two constraints, not one with NULLS NOT DISTINCT: PostgreSQL 14 has no such thing.
            models.UniqueConstraint(
                name="answer_option_once_per_source",
                fields=["source_uuid", "person", "question", "option"],
                condition=Q(option__isnull=False),
            ),
            models.UniqueConstraint(
                name="answer_once_per_source",
                fields=["source_uuid", "person", "question"],
                condition=Q(option__isnull=True),
            ),
            models.CheckConstraint(name="answer_channel_known", condition=Q(channel__in=AnswerChannel.values)),
            models.CheckConstraint(
                name="answer_meaning_known", condition=Q(meaning="") | Q(meaning__in=Meaning.values)
            ),
            models.CheckConstraint(
                name="answer_says_something",
                condition=Q(option__isnull=False) | Q(number__isnull=False) | ~Q(text=""),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "question", "-answered_at"], name="answer_person_question"),
            models.Index(fields=["campaign", "question", "answered_at"], name="answer_campaign_question"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.option or self.number or self.text}"

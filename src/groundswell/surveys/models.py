"""Surveys that people answer by themselves, on a page, with the questions that callers ask; and who has answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Survey(models.Model):
    """A script as a page. Its address, publication and tracked links are its ask's."""

    ask = models.OneToOneField("campaigns.Ask", on_delete=models.PROTECT, related_name="survey")
    # Its questions and branches; what a caller says around them is not shown.
    script = models.ForeignKey("campaigns.Script", on_delete=models.PROTECT, related_name="surveys")
    about = models.TextField(_("what it is about"), blank=True)
    thanks = models.TextField(_("what they read afterwards"), blank=True)
    created_at = models.DateTimeField(db_default=Now())
    # Of which press of the form: pressed twice, it is one survey.
    press = models.UUIDField(unique=True, null=True, editable=False)

    def __str__(self) -> str:
        return self.ask.title


class Reply(models.Model):
    """Somebody answered. What they said are answers like those of a call, with `source_uuid`; who answers again has new
    ones, and the old are withdrawn."""

    action = models.OneToOneField("campaigns.Action", on_delete=models.CASCADE, related_name="reply")
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="replies")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="survey_replies")
    source_uuid = models.UUIDField(unique=True)
    # How they vote is kept only with these words ticked: a political opinion (UK GDPR art 9). Empty: it was not said.
    agreed_wording = models.TextField(blank=True)
    agreed_version = models.CharField(max_length=32, blank=True)
    replied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="survey_reply_once", fields=["survey", "person"]),
            models.CheckConstraint(
                name="survey_agreed_has_version",
                condition=Q(agreed_wording="", agreed_version="") | (~Q(agreed_wording="") & ~Q(agreed_version="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} to {self.survey}"

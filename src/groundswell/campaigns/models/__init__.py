"""What a campaign asks and says, and what supporters do: the spine that every feature above stands on."""

from groundswell.campaigns.models.asks import Action, Ask, PendingConsent, ShareLink, Visit
from groundswell.campaigns.models.campaign import (
    Answer,
    Campaign,
    Candidate,
    CribSheet,
    Option,
    Question,
    Script,
    ScriptStep,
)

__all__ = [
    "Action",
    "Answer",
    "Ask",
    "Campaign",
    "Candidate",
    "CribSheet",
    "Option",
    "PendingConsent",
    "Question",
    "Script",
    "ScriptStep",
    "ShareLink",
    "Visit",
]

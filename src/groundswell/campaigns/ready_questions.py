"""Questions that come ready made: three ways to ask for voting intention, and the usual others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from groundswell.campaigns.enums import Meaning, QuestionKind, VoterIdTemplate
from groundswell.campaigns.rules import CampaignRuleError


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """An option to be made: what the caller reads, and what it means for ever."""

    label: str
    meaning: Meaning
    party: str = ""


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question to be made."""

    key: str
    kind: QuestionKind
    text: str
    help: str = ""
    options: tuple[OptionDraft, ...] = ()
    is_voter_id: bool = False
    scale_from: int | None = None
    scale_to: int | None = None
    party: str = ""


class ReadyQuestion(TextChoices):
    """The ready questions besides voter ID."""

    LIKELIHOOD = "likelihood", gettext_lazy("How likely to vote, 0 to 10")
    BEST_LEADER = "best_leader", gettext_lazy("Best leader")
    ISSUE = "issue", gettext_lazy("Most important issue")
    POSTAL_VOTE = "postal_vote", gettext_lazy("Postal vote: has one, wants one")
    POSTER = "poster", gettext_lazy("Would put up a poster")
    VOLUNTEER = "volunteer", gettext_lazy("Would help")


def voter_id_drafts(template: VoterIdTemplate, *, own_party: str, other_parties: Sequence[str]) -> list[QuestionDraft]:
    """The questions of a voter-ID template. Raises `CampaignRuleError` if it needs parties that are not named yet."""
    if template == VoterIdTemplate.PARTY_CODE:
        return [_party_code(_named(own_party), other_parties)]
    if template == VoterIdTemplate.PARTY_SCORES:
        return [_party_score(party) for party in (_named(own_party), *other_parties)]
    return [_support_scale()]


def ready_draft(ready: ReadyQuestion, *, own_party: str, other_parties: Sequence[str]) -> QuestionDraft:
    """One of the ready questions. Raises `CampaignRuleError` if it needs parties that are not named yet."""
    if ready == ReadyQuestion.LIKELIHOOD:
        return QuestionDraft(
            "likelihood",
            QuestionKind.SCALE,
            _("From 0 to 10, how likely are you to vote?"),
            help=_("0: certain not to. 10: certain to."),
            scale_from=0,
            scale_to=10,
        )
    if ready == ReadyQuestion.BEST_LEADER:
        parties = (_named(own_party), *other_parties)
        leaders = tuple(
            OptionDraft(_("The leader of %(party)s") % {"party": party}, Meaning.OTHER, party) for party in parties
        )
        return QuestionDraft(
            "best-leader",
            QuestionKind.CHOICE,
            _("Which party leader would make the best prime minister?"),
            help=_("Rename the options to the leaders' names when you like: answers keep their party."),
            options=(
                *leaders,
                OptionDraft(_("None of them"), Meaning.NO),
                OptionDraft(_("Not sure"), Meaning.UNDECIDED),
            ),
        )
    if ready == ReadyQuestion.ISSUE:
        return _issue()
    if ready == ReadyQuestion.POSTAL_VOTE:
        return QuestionDraft(
            "postal-vote",
            QuestionKind.CHOICE,
            _("Do you vote by post, or would you like to?"),
            options=(
                OptionDraft(_("Has a postal vote"), Meaning.HAS),
                OptionDraft(_("Would like one"), Meaning.WANTS),
                OptionDraft(_("No, votes in person"), Meaning.NO),
            ),
        )
    if ready == ReadyQuestion.POSTER:
        return _yes_perhaps_no("poster", _("Would you put up a poster for us?"))
    return _yes_perhaps_no("volunteer", _("Would you like to help the campaign, even for an hour?"))


def _named(own_party: str) -> str:
    if not own_party.strip():
        raise CampaignRuleError(_("This question names the parties. Add your own party to the campaign first."))
    return own_party


def _party_code(own: str, others: Sequence[str]) -> QuestionDraft:
    firm = pgettext("voter ID, a party", "%(party)s, firm")
    leaning = pgettext("voter ID, a party", "%(party)s, leaning")
    options = [
        OptionDraft(firm % {"party": own}, Meaning.STRONG_SUPPORT, own),
        OptionDraft(leaning % {"party": own}, Meaning.WEAK_SUPPORT, own),
    ]
    for party in others:
        options.append(OptionDraft(firm % {"party": party}, Meaning.OPPOSED, party))
        options.append(OptionDraft(leaning % {"party": party}, Meaning.WEAK_OPPOSED, party))
    options += [
        OptionDraft(_("Undecided"), Meaning.UNDECIDED),
        OptionDraft(_("Will not say"), Meaning.WONT_SAY),
        OptionDraft(_("Does not vote"), Meaning.NON_VOTER),
    ]
    return QuestionDraft(
        "voter-id",
        QuestionKind.CHOICE,
        _("If there were an election tomorrow, which party would you vote for?"),
        help=_("Firm: always or certain to. Leaning: probably, this time, might change."),
        options=tuple(options),
        is_voter_id=True,
    )


def _party_score(party: str) -> QuestionDraft:
    return QuestionDraft(
        "score-" + party,
        QuestionKind.SCALE,
        _("From 0 to 10, how likely are you ever to vote for %(party)s?") % {"party": party},
        help=_("0: never would. 10: certain to."),
        is_voter_id=True,
        scale_from=0,
        scale_to=10,
        party=party,
    )


def _support_scale() -> QuestionDraft:
    return QuestionDraft(
        "support",
        QuestionKind.CHOICE,
        _("How do you feel about voting for our candidate?"),
        help=_("Choose what fits best from what they say; you need not read the numbers out."),
        options=(
            OptionDraft(_("1: certain to vote for us"), Meaning.STRONG_SUPPORT),
            OptionDraft(_("2: probably for us"), Meaning.WEAK_SUPPORT),
            OptionDraft(_("3: undecided"), Meaning.UNDECIDED),
            OptionDraft(_("4: probably not for us"), Meaning.WEAK_OPPOSED),
            OptionDraft(_("5: certainly not for us"), Meaning.OPPOSED),
            OptionDraft(_("Will not say"), Meaning.WONT_SAY),
            OptionDraft(_("Does not vote"), Meaning.NON_VOTER),
        ),
        is_voter_id=True,
    )


def _issue() -> QuestionDraft:
    labels = (
        _("Cost of living"),
        _("Health and the NHS"),
        _("Housing"),
        _("Jobs and the economy"),
        _("Crime"),
        _("Immigration"),
        _("Schools"),
        _("Environment"),
        _("Transport"),
        _("Something else"),
    )
    return QuestionDraft(
        "issue",
        QuestionKind.CHOICES,
        _("Which issues matter most to you?"),
        help=_("Up to three is plenty."),
        options=tuple(OptionDraft(label, Meaning.OTHER) for label in labels),
    )


def _yes_perhaps_no(key: str, text: str) -> QuestionDraft:
    return QuestionDraft(
        key,
        QuestionKind.CHOICE,
        text,
        options=(
            OptionDraft(pgettext("answer", "Yes"), Meaning.YES),
            OptionDraft(pgettext("answer", "Perhaps later"), Meaning.MAYBE),
            OptionDraft(pgettext("answer", "No"), Meaning.NO),
        ),
    )

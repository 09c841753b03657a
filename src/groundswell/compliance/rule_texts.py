"""The rules in words, so that every "why?" can be answered where it is asked: `/compliance/rules/#C1`.

Not legal advice, and the page says so. `enforced_by` tells where the product keeps the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import Refusal


@dataclass(frozen=True)
class Rule:
    """One rule: its number, what it asks, why, where it comes from and what keeps it."""

    id: str
    title: str | Promise
    explanation: str | Promise
    source: str | Promise
    enforced_by: str | Promise
    # The keys of the dated figures the rule is read from.
    figures: tuple[str, ...] = ()


_DESIGN = _("Our default, not law")
_CALL_STATUS = _("The one definition of “may we call”, asked when a list is built and again at every call")

_ALL: tuple[Rule, ...] = (
    Rule(
        "C1",
        _("Do-not-call lists and the Telephone Preference Service"),
        _(
            "A number on your own do-not-call list is never rung. A number on the Telephone Preference Service (TPS or "
            "CTPS) is rung only if its owner has agreed to your calls on that number and has not taken that back."
        ),
        _("Privacy and Electronic Communications Regulations 2003 (PECR), regulation 21"),
        _CALL_STATUS,
        ("tps_required",),
    ),
    Rule(
        "C2",
        _("Screening must be fresh"),
        _(
            "Numbers join the Telephone Preference Service every day, so a number is rung only if it was screened within "
            "the last few weeks. The day of screening and the fingerprint of the file are kept as your proof."
        ),
        _("PECR, regulation 21(3)"),
        _CALL_STATUS,
        ("screening_max_age_days",),
    ),
    Rule(
        "C3",
        _("“Do not call again” counts at once, everywhere"),
        _(
            "When somebody asks not to be called, no campaign of the organisation rings that number again. A volunteer "
            "cannot undo it: a data manager or owner can, with a reason, which is kept."
        ),
        _("PECR, regulation 21(1)(a)"),
        _("The suppression list, checked before each call is handed out"),
    ),
    Rule(
        "C4",
        _("Do not withhold your number"),
        _(
            "Whoever calls for a campaign must show a number. Callers on their own phones are told so before they start."
        ),
        _("PECR, regulation 21(A1)"),
        _("The caller’s welcome page"),
    ),
    Rule(
        "C6",
        _("Say who is calling"),
        _(
            "Each call opens by naming the organisation. A postal address and a telephone number are at hand to give to "
            "whoever asks. This part of a script is fixed."
        ),
        _("PECR, regulation 24"),
        _("The fixed first block of every script"),
    ),
    Rule(
        "C7",
        _("No recorded or synthetic voices"),
        _("Every call is made by a person. There are no recorded messages and no synthetic voices."),
        _("PECR, regulation 19"),
        _("The product has no means of making such calls"),
        ("recorded_calls",),
    ),
    Rule(
        "C8",
        _("No message on an answerphone"),
        _(
            "A voicemail counts as electronic mail. No message is left unless that number’s owner has agreed to messages."
        ),
        _("Information Commissioner (ICO) on PECR, regulation 22"),
        _("The caller’s screen says so beside “Answerphone”"),
        ("voicemail_messages",),
    ),
    Rule(
        "C9",
        _("No predictive dialling"),
        _("One volunteer, one call: nobody’s phone rings without a person on the line."),
        _("Ofcom, policy on persistent misuse"),
        _("A number is shown to one volunteer, who dials it"),
        ("predictive_dialling",),
    ),
    Rule(
        "C10",
        _("Decent hours"),
        _(
            "People are rung only inside contact hours as their own clock shows them, also on the day the clocks change, "
            "and not on Sundays or the bank holidays of their nation."
        ),
        _DESIGN,
        _("Each household is queued under its time zone and holidays; only those open now are handed out"),
        ("contact_hours", "bank_holidays_closed"),
    ),
    Rule(
        "C11",
        _("Not too often"),
        _("A number is tried only so often in one phone bank, and only so often a day in all of them together."),
        _DESIGN,
        _("The ledger of calls, asked again before each call is handed out; no phone bank may ask for more"),
        ("attempt_cap", "max_calls_per_day"),
    ),
    Rule(
        "M1",
        _("Messages need consent"),
        _(
            "A text message or an email goes only to an address whose owner agreed to that channel and has not withdrawn."
        ),
        _("PECR, regulation 22"),
        _("The consent ledger, per address and channel"),
    ),
    Rule(
        "M2",
        _("No soft opt-in for parties and unions"),
        _("Having been in touch before is not consent to campaign messages."),
        _("ICO, guidance on political campaigning"),
        _("Only a recorded consent counts"),
        ("soft_opt_in",),
    ),
    Rule(
        "M3",
        _("The charities’ soft opt-in"),
        _(
            "A charity may write to people whose details it collected itself, on or after a set day, if they could opt out "
            "there and then. That is noted apart from consent."
        ),
        _("Data (Use and Access) Act 2025"),
        _("A box to say no on a charity’s sign-up page; a line apart in the ledger; no other organisation has one"),
        ("charitable_soft_opt_in_from",),
    ),
    Rule(
        "M4",
        _("Consent is kept as given"),
        _(
            "The ledger says who agreed, when, for which address, channel and purpose, to which exact words, with which "
            "evidence, and who wrote it down. Nothing in it can be changed; a withdrawal is a new line. A list without "
            "evidence gives no consent."
        ),
        _("UK GDPR, article 7"),
        _("A ledger the database refuses to alter; numbers typed on a page are confirmed by a code"),
        ("texts_confirmed_by_code",),
    ),
    Rule(
        "M5",
        _("An opt-out is never lost"),
        _(
            "Opt-outs apply to the whole organisation, outlive the erasure of the person and a new import, and no import "
            "can clear them. They are kept as a keyed fingerprint that does not show the address."
        ),
        _("ICO, fine of a political party for lost unsubscribes, June 2021"),
        _("The suppression list, by keyed fingerprint"),
    ),
    Rule(
        "M7",
        _("Messages say who sends them"),
        _("Nothing is sent under a name or address that was not proven to be the organisation’s own."),
        _("PECR, regulation 23"),
        _("The page of senders; asked again when each message leaves"),
    ),
    Rule(
        "M9",
        _("Messages keep hours"),
        _("A message reaches people within their own hours, by the clock where they live; what is too late waits."),
        _("Our default, not law"),
        _("Each delivery, by its person’s zone; providers are told until when"),
    ),
    Rule(
        "D1",
        _("Every source has a lawful basis"),
        _(
            "Each source of data says on which lawful basis and for which purpose it is held. Without, nothing is imported."
        ),
        _("ICO, guidance on political campaigning"),
        _("A source without both cannot be saved"),
    ),
    Rule(
        "D3",
        _("Opinions are asked, never guessed"),
        _("Nobody’s politics are inferred from their name, street or posts. What is recorded is what they said."),
        _("ICO"),
        _("Answers come from people only; there is no scoring"),
    ),
    Rule(
        "D4",
        _("An objection ends all marketing"),
        _(
            "Whoever objects to marketing is not called, written to or profiled again: every address of theirs is closed. "
            "There is no override."
        ),
        _("UK GDPR, article 21(2) and (3)"),
        _("The person and all their addresses are closed; lifting is refused"),
    ),
    Rule(
        "D5",
        _("Erasure on request"),
        _(
            "Whoever asks to be forgotten is: name, addresses, answers and notes go. What stays is a fingerprint so that "
            "they are never contacted again, the consents as proof, and a bare record that calls were made."
        ),
        _("UK GDPR, article 17"),
        _("“Erase” on the person’s page"),
    ),
    Rule(
        "D6",
        _("What do you hold about me?"),
        _("Everything held on a person can be handed over in one file, including who looked at it."),
        _("UK GDPR, article 15; Data (Use and Access) Act 2025"),
        _("“Export what we hold” on the person’s page"),
        ("subject_access_days",),
    ),
    Rule(
        "D9",
        _("Say where the data came from"),
        _("Forms and scripts name the source of the data and the privacy notice."),
        _("ICO, audits of political parties, November 2020"),
        _("The script’s fixed block and the footer of public pages"),
    ),
    Rule(
        "D10",
        _("Nothing is kept for ever"),
        _(
            "Answers, actions, notes, files of imports and logs are deleted after a set time. You see what would go before "
            "it goes."
        ),
        _("UK GDPR, article 5(1)(e)"),
        _("The retention page, and a nightly job if you switch it on"),
        (
            "retention_months_answers",
            "retention_months_actions",
            "retention_months_notes",
            "retention_months_texts",
            "retention_months_imports",
            "retention_months_unconfirmed",
            "retention_months_audit",
            "retention_nightly",
        ),
    ),
    Rule(
        "D12",
        _("A volunteer sees one household at a time"),
        _(
            "A caller is shown one assigned household and no more than the call needs: no search, no list, no export, and "
            "only so many households a day."
        ),
        _("UK GDPR, data minimisation; NCSC on bulk personal data"),
        _("Callers have no page that lists people; households are counted by day, and no phone bank may show more"),
        ("lease_minutes", "households_a_day"),
    ),
    Rule(
        "D13",
        _("Every look is logged"),
        _("Each view, export and change of personal data is written to a log in which tampering shows."),
        _("NCSC on logging"),
        _("The audit log, sealed link by link"),
    ),
    Rule(
        "R1",
        _("A register is held under an entitlement"),
        _(
            "Whoever imports an electoral register declares the entitlement, the date of the register and what it may be "
            "used for. Charities and unions are not entitled merely as such."
        ),
        _("Representation of the People Regulations 2001, regulations 102 to 108"),
        _("An import without the declaration is refused"),
        ("register_entitled",),
    ),
    Rule(
        "R2",
        _("Register data stays with elections"),
        _("What came from the register is marked, is not passed on, and is not used for anything but elections."),
        _("Representation of the People Regulations 2001"),
        _("Marked on every page; left out of exports for other purposes"),
    ),
    Rule(
        "R5",
        _("The date of attainment is not a birth date"),
        _(
            "The register gives the day a young voter comes of age to vote: 18, or 16 in Scotland and Wales. It is read as "
            "that, nation by nation."
        ),
        _("Electoral Commission"),
        _("Kept in a field of its own and read by nation"),
        ("attainment_age",),
    ),
    Rule(
        "R6",
        _("Nobody under 16"),
        _(
            "Registers in Scotland and Wales hold 14- and 15-year-olds. They are not imported, and nobody under 16 is rung."
        ),
        _DESIGN,
        _CALL_STATUS,
        ("minimum_contact_age",),
    ),
    Rule(
        "R7",
        _("Anonymous entries are left alone"),
        _(
            "Some people are registered without a name for their safety. They are never matched with a number or contacted."
        ),
        _("Representation of the People Act 1983, sections 9B and 9C"),
        _CALL_STATUS,
    ),
    Rule(
        "R8",
        _("Whether, never how"),
        _("The marked register says whether somebody voted. It is kept apart, for its own purpose."),
        _("Representation of the People Regulations 2001, regulation 118"),
        _("A table of its own with its own purpose"),
    ),
    Rule(
        "R9",
        _("Off the register, off the list"),
        _("When a monthly update removes an elector, they are not rung any more."),
        _("Representation of the People Regulations 2001"),
        _CALL_STATUS,
    ),
    Rule(
        "E1",
        _("No tallies before the poll closes"),
        _("How people voted, and how they mean to, stays inside the authorised team until the poll has closed."),
        _("Representation of the People Act 1983, section 66A"),
        _("Results are for the team; their export is marked until the poll closes"),
    ),
    Rule(
        "X1",
        _("Staff sign in with two factors"),
        _("Whoever can see more than one household uses a passkey or a code besides the password."),
        _("NCSC"),
        _("Staff pages ask for it"),
    ),
    Rule(
        "A1",
        _("Everybody can use it"),
        _("Every page works by keyboard, with a screen reader, in dark mode and on a small phone."),
        _("Equality Act 2010; WCAG 2.2 AA"),
        _("Checked by the test suite"),
    ),
)

RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in _ALL}

# No law stands behind a missing, retired or outdated number: the rule that says why we do not guess.
RULE_OF_REFUSAL: Final[dict[Refusal, Rule | None]] = {
    Refusal.NO_NUMBER: None,
    Refusal.ERASED: RULES["D5"],
    Refusal.ANONYMOUS: RULES["R7"],
    Refusal.REMOVED: RULES["R9"],
    Refusal.UNDER_AGE: RULES["R6"],
    Refusal.DECEASED: None,
    Refusal.MOVED: None,
    Refusal.OBJECTED: RULES["D4"],
    Refusal.SUPPRESSED: RULES["C3"],
    Refusal.RETIRED: None,
    Refusal.TPS: RULES["C1"],
    Refusal.SCREENING_OLD: RULES["C2"],
    Refusal.CALLED_TODAY: RULES["C11"],
    Refusal.ATTEMPTS_USED: RULES["C11"],
}

# What a page answers to "may we call? no, because ...".
WHY_NOT: Final[dict[Refusal, str | Promise]] = {
    Refusal.NO_NUMBER: _("we have no telephone number"),
    Refusal.ERASED: _("this person asked us to forget them"),
    Refusal.ANONYMOUS: _("this is an anonymous entry on the register"),
    Refusal.REMOVED: _("they are no longer on the electoral register"),
    Refusal.UNDER_AGE: _("they are under 16"),
    Refusal.DECEASED: _("we were told they have died"),
    Refusal.MOVED: _("we were told they have moved away"),
    Refusal.OBJECTED: _("they objected to marketing"),
    Refusal.SUPPRESSED: _("somebody at this number asked not to be called, or it is on a do-not-call list"),
    Refusal.RETIRED: _("this number no longer reaches them"),
    Refusal.TPS: _("this number is on the Telephone Preference Service and we have no consent for it"),
    Refusal.SCREENING_OLD: _(
        "this number has not been screened against the Telephone Preference Service recently enough"
    ),
    Refusal.CALLED_TODAY: _("this number was already called today"),
    Refusal.ATTEMPTS_USED: _("this number was called often enough"),
}

# What the data manager can do about it, in the same order.
WHAT_TO_DO: Final[dict[Refusal, str | Promise]] = {
    Refusal.NO_NUMBER: _("Import a file of numbers, or add one that they gave you on their page."),
    Refusal.ERASED: _("Nothing: that was their wish, and it holds for good."),
    Refusal.ANONYMOUS: _("Nothing: they are registered without a name for their safety."),
    Refusal.REMOVED: _("Nothing, until a later register names them again."),
    Refusal.UNDER_AGE: _("Nothing: they are called from their sixteenth birthday on, by themselves."),
    Refusal.DECEASED: _("If it was a mistake, put it right on their page."),
    Refusal.MOVED: _("If it was a mistake, put it right on their page; the next register says where they live now."),
    Refusal.OBJECTED: _("Nothing: an objection to marketing has no override."),
    Refusal.SUPPRESSED: _(
        "Only they can change it. If they did, open the number again on their page, with the reason."
    ),
    Refusal.RETIRED: _("Add their new number on their page, if they gave you one."),
    Refusal.TPS: _(
        "Nothing, unless they agreed to your calls on that number: then record the consent with its evidence."
    ),
    Refusal.SCREENING_OLD: _("Screen your numbers again and upload the result under Screening."),
    Refusal.CALLED_TODAY: _("Nothing: they are called again from tomorrow on."),
    Refusal.ATTEMPTS_USED: _("Nothing in this phone bank; the figure says how often is enough."),
}


def explanation_anchor(refusal: Refusal) -> str:
    """Where on the page of rules a refusal is explained: what follows the # in a link to `compliance:rules`."""
    return f"why-{refusal.value.replace('_', '-')}"

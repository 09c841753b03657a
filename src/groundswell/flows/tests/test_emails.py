"""A yes to email that was texted: nothing counts before the letter's button is pressed, and no stranger is flooded."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import Organisation
from groundswell.compliance.enums import Channel
from groundswell.compliance.models import Consent
from groundswell.compliance.operations import erase_person, held_on
from groundswell.flows.enums import StepKind
from groundswell.flows.models import EmailYes, Flow
from groundswell.flows.operations.emails import confirm_email, token_of
from groundswell.flows.operations.making import StepDetails
from groundswell.flows.rules import MOST_LETTERS, FlowRuleError
from groundswell.flows.tests.world import Flows, answers
from groundswell.messaging.models import Delivery, Sender
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.tests.outbox_clock import Ticking
from groundswell.messaging.tests.texting import texted
from groundswell.messaging.tests.ways import Way
from groundswell.people.models import Person

pytestmark = pytest.mark.django_db
THEIRS = "+447700900777"
WORDS = "May Red Rose Party email you about its campaigns? Answer YES or NO."
EMAIL = StepDetails(StepKind.EMAIL, "Your email?")
MAY_WE = StepDetails(StepKind.CONSENT, WORDS, channel=Channel.EMAIL)


@pytest.fixture
def live(flows: Flows) -> Flow:
    Organisation.objects.update(imprint="Promoted by A. Test, 12 Hoe Street, London.")
    return flows.live(EMAIL, MAY_WE, flows.name())


def text(*said: str, number: str = THEIRS) -> None:
    for each in said:
        texted(each, number=number)


def letters() -> list[Delivery]:
    return list(Delivery.objects.filter(message__channel="email").order_by("pk"))


def test_the_letter_s_button_makes_it_consent(live: Flow, client: Client) -> None:
    text("JOIN", "sian@example.org", "yes", "Siân Wyllt")

    assert not Consent.objects.exists()
    assert "Look at your email" in answers()[-2] + answers()[-3]
    [letter] = letters()
    assert letter.contact_point is not None
    assert letter.contact_point.value == "sian@example.org"
    assert WORDS in letter.body
    assert "Promoted by A. Test" in letter.body
    link = re.search(r"/keywords/confirmation/\S+", letter.body)
    assert link is not None

    for _time in range(2):
        assert client.get(link[0]).status_code == client.head(link[0]).status_code == 200
    assert not Consent.objects.exists(), "a mail scanner opens every link"
    for _time in range(2):
        page = client.post(link[0], follow=True).content.decode()
        assert "We may write to you" in page

    line = Consent.objects.get()
    person = Person.objects.get(given_names="Siân")
    assert (line.channel, line.person, line.wording) == ("email", person, WORDS)
    assert bytes(line.address_hash) == bytes(letter.contact_point.address_hash)
    assert "Answered “yes”" in line.evidence
    assert "signed link" in line.evidence


@pytest.mark.django_db(transaction=True)
def test_the_letter_leaves_by_the_outbox(live: Flow) -> None:
    text("JOIN", "sian@example.org", "yes")
    Delivery.objects.filter(message__channel="sms").delete()
    way = Way()
    send_some(clock=Ticking(timezone.now()), open_way=lambda _name: way)
    [sent] = way.handed
    assert (sent.to, sent.subject) == ("sian@example.org", "Please confirm your email address")
    assert "/keywords/confirmation/" in sent.text


def test_a_no_sends_no_letter(live: Flow) -> None:
    text("JOIN", "sian@example.org", "no")
    assert (letters(), EmailYes.objects.count()) == ([], 0)


@pytest.mark.slow
def test_nobody_is_flooded_with_letters_by_a_telephone_or_by_many(live: Flow) -> None:
    for number in range(MOST_LETTERS + 2):
        text("JOIN", f"victim{number}@example.org", "yes", "Sian Wyllt")
    assert len(letters()) == MOST_LETTERS
    for number in range(MOST_LETTERS + 2):
        text("JOIN", "one@example.org", "yes", "Tom Okoro", number=f"+44770090080{number}")
    assert len(letters()) == 2 * MOST_LETTERS


def test_it_asks_for_the_address_first_and_needs_a_way_to_write(flows: Flows, live: Flow) -> None:
    with pytest.raises(FlowRuleError, match="Ask for their email before"):
        flows.live(MAY_WE, EMAIL, keyword="MAIL")
    Sender.objects.filter(channel="email").update(retired_at=timezone.now())
    with pytest.raises(FlowRuleError, match="prove an address"):
        flows.live(EMAIL, MAY_WE, keyword="POST")


def test_a_forged_link_and_that_of_somebody_erased_lead_nowhere(live: Flow, client: Client) -> None:
    text("JOIN", "sian@example.org", "yes", "Sian Wyllt")
    yes = EmailYes.objects.get()
    token = token_of(yes)
    assert client.post(reverse("flows:confirm", args=[token + "x"])).status_code == 404
    person = yes.run.person
    assert person is not None
    held = {part["key"]: part["rows"] for part in held_on(person, now=timezone.now())["held"]}
    assert "sian@example.org" in held["flow_email_yeses"][0].values()
    erase_person(person=person, by=None)
    assert client.post(reverse("flows:confirm", args=[token])).status_code == 404
    assert not EmailYes.objects.exists()


def test_twice_at_the_database(live: Flow) -> None:
    text("JOIN", "sian@example.org", "yes")
    yes = EmailYes.objects.get()
    assert confirm_email(yes=yes, now=timezone.now(), by=None)
    assert not confirm_email(yes=yes, now=timezone.now(), by=None)
    assert Consent.objects.count() == 1
    fields = {
        "run": yes.run,
        "contact_point": yes.contact_point,
        "wording": "w",
        "evidence": "e",
        "said_at": yes.said_at,
    }
    with pytest.raises(IntegrityError, match="email_yes_once"):
        EmailYes.objects.create(step=yes.step, **fields)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [("email_yes_says_how", {"evidence": ""}), ("email_yes_confirmed_after", {"confirmed_at": "2020-01-01T00:00Z"})],
)
def test_the_database_refuses(live: Flow, constraint: str, fields: dict[str, str]) -> None:
    text("JOIN", "sian@example.org", "yes")
    with pytest.raises(IntegrityError, match=constraint):
        EmailYes.objects.update(**fields)

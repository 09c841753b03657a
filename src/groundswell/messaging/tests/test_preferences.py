"""The preference page: opening it changes nothing, each button counts at once, and it gives away nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.accounts.tests.builders import make_organisation
from groundswell.campaigns.consent_boxes import EVERY_CHANNEL, boxes
from groundswell.compliance.enums import SuppressionReason, SuppressionScope
from groundswell.compliance.models import Consent, DataRequest, Figure, Pause, Suppression
from groundswell.compliance.operations import record_consent, suppress
from groundswell.messaging.preferences import list_headers, preference_address, preference_token
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, DataSource, Person, PersonContact
from groundswell.people.operations.supporters import own_words_source

EMAIL, PHONE, IMPORTED_PHONE = "sian@example.org", "+447700900123", "+447700900456"


def point(kind: str, value: str) -> ContactPoint:
    return ContactPoint.objects.create(kind=kind, value=value, address_hash=address_hash(kind, value))


@pytest.fixture
def organisation(db: None) -> Organisation:
    return make_organisation(name="Fairer Walthamstow")


@pytest.fixture
def person(organisation: Organisation) -> Person:
    source = DataSource.objects.create(name="Members", lawful_basis="consent", purpose="campaigning")
    person = Person.objects.create(source=source, given_names="Siân", family_name="Wyllt", name_key="wyllt sian")
    PersonContact.objects.create(person=person, contact_point=point("email", EMAIL), source=source)
    PersonContact.objects.create(person=person, contact_point=point("phone", PHONE), source=own_words_source())
    PersonContact.objects.create(person=person, contact_point=point("phone", IMPORTED_PHONE), source=source)
    return person


@pytest.fixture
def email(person: Person) -> ContactPoint:
    return ContactPoint.objects.get(value=EMAIL)


@pytest.fixture
def token(person: Person, email: ContactPoint) -> str:
    return preference_token(person_id=person.pk, contact_point_id=email.pk)


def agree(person: Person, value: str, channel: str, *, at: datetime | None = None) -> None:
    record_consent(
        person=person,
        channel=channel,
        contact_point=ContactPoint.objects.get(value=value),
        wording="You may write to me, said on a stall.",
        evidence="form 12",
        source="stall",
        given_at=at or timezone.now() - timedelta(days=3),
        by=None,
    )


def refusal(value: str, channel: str) -> str | None:
    """What the one definition says before a send, now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.refusal FROM compliance_message_status(%s, %s, 'campaigning') s "
            "JOIN people_contactpoint cp ON cp.id = s.contact_point_id WHERE cp.value = %s",
            [timezone.now(), channel, value],
        )
        return cursor.fetchone()[0]


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Consent, Suppression, Pause, DataRequest, AuditEvent))


def press(client: Client, name: str, token: str, /, *rest: object, **data: str) -> str:
    response = client.post(reverse(f"preferences:{name}", args=[token, *rest]), data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_opening_it_changes_nothing(client: Client, token: str, person: Person) -> None:
    agree(person, EMAIL, "email")
    before = rows()
    body = client.get(reverse("preferences:page", args=[token])).content.decode()
    assert client.head(reverse("preferences:page", args=[token])).status_code == 200
    assert client.get(reverse("preferences:one_click", args=[token])).status_code == 302
    assert rows() == before
    assert "You may write to me, said on a stall." in body
    assert "Members" in body


def test_it_gives_away_no_other_address(client: Client, token: str) -> None:
    body = client.get(reverse("preferences:page", args=[token])).content.decode()
    assert EMAIL in body
    assert "…123" in body
    assert PHONE not in body
    assert IMPORTED_PHONE not in body


def test_a_changed_link_opens_nothing(client: Client, token: str) -> None:
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), "1-1:x", "x"):
        assert client.get(reverse("preferences:page", args=[forged])).status_code == 404
        for name in ("stop", "objection", "pause", "request"):
            assert client.post(reverse(f"preferences:{name}", args=[forged])).status_code == 404
    assert not Suppression.objects.exists()


def test_no_to_one_channel_leaves_the_other(client: Client, token: str, person: Person, email: ContactPoint) -> None:
    agree(person, EMAIL, "email")
    agree(person, PHONE, "sms")
    press(client, "consent", token, email.pk, "email", agreed="no")
    assert refusal(EMAIL, "email") == "no_consent"
    assert refusal(PHONE, "sms") is None
    press(client, "consent", token, email.pk, "email", agreed="no")
    assert Consent.objects.filter(state="withdrawn").count() == 1


def test_yes_keeps_the_words_that_were_shown(client: Client, token: str, email: ContactPoint) -> None:
    said = next(box for box in boxes("Fairer Walthamstow", EVERY_CHANNEL) if box.channel == "email")
    body = client.get(reverse("preferences:page", args=[token])).content.decode()
    assert said.wording in body
    press(client, "consent", token, email.pk, "email", agreed="yes")
    line = Consent.objects.get()
    assert (line.wording, line.wording_version, line.channel) == (said.wording, said.version, "email")
    assert "signed link" in line.evidence
    assert refusal(EMAIL, "email") is None


@pytest.mark.parametrize(
    ("value", "is_theirs", "counts"), [(PHONE, True, True), (PHONE, False, False), (IMPORTED_PHONE, False, False)]
)
def test_a_yes_for_a_number_counts_only_if_they_gave_it_and_have_shown_that_it_is_theirs(
    client: Client, token: str, person: Person, value: str, is_theirs: bool, counts: bool
) -> None:
    if is_theirs:
        agree(person, value, "sms")
        press(client, "consent", token, ContactPoint.objects.get(value=value).pk, "sms", agreed="no")
        assert refusal(value, "sms") == "no_consent"
    body = press(client, "consent", token, ContactPoint.objects.get(value=value).pk, "sms", agreed="yes")
    assert (refusal(value, "sms") is None) is counts
    assert ("cannot tell from this link" in body) is not counts


def test_a_number_that_was_only_typed_opens_no_stop_of_whoever_has_it(client: Client, token: str) -> None:
    suppress(address=PHONE, scope=SuppressionScope.ALL, by=None)
    suppress(address=PHONE, scope=SuppressionScope.CALLS, by=None)
    for channel in ("sms", "call"):
        press(client, "consent", token, ContactPoint.objects.get(value=PHONE).pk, channel, agreed="yes")
    assert Suppression.objects.filter(lifted_at=None).count() == 2
    assert not Consent.objects.exists()


def test_without_the_figure_a_number_needs_no_code(client: Client, token: str) -> None:
    Figure.objects.filter(key="texts_confirmed_by_code").update(value=False)
    press(client, "consent", token, ContactPoint.objects.get(value=PHONE).pk, "sms", agreed="yes")
    assert refusal(PHONE, "sms") is None


def test_nobody_elses_address_can_be_named(client: Client, token: str) -> None:
    strange = point("email", "else@example.org")
    url = reverse("preferences:consent", args=[token, strange.pk, "email"])
    assert client.post(url, {"agreed": "yes"}).status_code == 404


def test_one_click_from_a_mailbox(token: str, person: Person) -> None:
    agree(person, EMAIL, "email")
    mailbox = Client(enforce_csrf_checks=True)
    url = reverse("preferences:one_click", args=[token])
    assert mailbox.post(url, {"something": "else"}).status_code == 302
    assert refusal(EMAIL, "email") is None
    for _time in range(2):
        response = mailbox.post(url, {"List-Unsubscribe": "One-Click"})
        assert (response.status_code, response.cookies) == (200, {})
    assert refusal(EMAIL, "email") == "suppressed"
    assert not Suppression.objects.exclude(address_hash=address_hash("email", EMAIL)).exists()
    # Whatever an import brings later, also a newer consent, does not open it (rule M5).
    agree(person, EMAIL, "email", at=timezone.now())
    assert refusal(EMAIL, "email") == "suppressed"


def test_one_click_after_the_address_went_to_nobody(token: str, person: Person) -> None:
    person.person_contacts.all().delete()
    assert (
        Client().post(reverse("preferences:one_click", args=[token]), {"List-Unsubscribe": "One-Click"}).status_code
        == 200
    )
    assert Suppression.objects.get().address_hash == address_hash("email", EMAIL)


def test_the_headers_lead_to_these_pages(client: Client, person: Person, email: ContactPoint) -> None:
    headers = list_headers(person_id=person.pk, contact_point_id=email.pk)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert client.get(address, follow=True).status_code == 200
    assert client.get(preference_address(person_id=person.pk, contact_point_id=email.pk)).status_code == 200


def test_stop_all_closes_every_address_and_leaves_calls(client: Client, token: str, person: Person) -> None:
    agree(person, EMAIL, "email")
    agree(person, PHONE, "sms")
    agree(person, PHONE, "call")
    press(client, "stop", token)
    assert refusal(EMAIL, "email") == refusal(PHONE, "sms") == "suppressed"
    assert Suppression.objects.filter(scope=SuppressionScope.MESSAGES).count() == 3
    assert not Consent.objects.filter(state="withdrawn", channel="call").exists()


def test_they_come_back_by_a_yes_of_their_own(client: Client, token: str, person: Person, email: ContactPoint) -> None:
    agree(person, EMAIL, "email")
    press(client, "stop", token)
    press(client, "consent", token, email.pk, "email", agreed="yes")
    assert refusal(EMAIL, "email") is None
    lifted = Suppression.objects.get(address_hash=bytes(email.address_hash))
    assert lifted.lifted_at is not None
    assert lifted.lifted_by is None


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (SuppressionScope.MESSAGES, SuppressionReason.ORGANISATION),
        (SuppressionScope.ALL, SuppressionReason.ASKED),
        (SuppressionScope.MESSAGES, SuppressionReason.OBJECTED),
    ],
)
def test_what_others_closed_they_cannot_open(
    client: Client, token: str, email: ContactPoint, scope: SuppressionScope, reason: SuppressionReason
) -> None:
    suppress(address=EMAIL, kind="email", scope=scope, reason=reason, by=None)
    body = press(client, "consent", token, email.pk, "email", agreed="yes")
    assert "Write to us to open it again" in body
    assert not Consent.objects.exists()
    assert refusal(EMAIL, "email") == "suppressed"


def test_a_break_and_its_end(client: Client, token: str, person: Person) -> None:
    agree(person, EMAIL, "email")
    press(client, "pause", token, days="30")
    assert refusal(EMAIL, "email") == "paused"
    assert "having a break" in client.get(reverse("preferences:page", args=[token])).content.decode()
    press(client, "pause", token, days="7")
    assert Pause.objects.count() == 3, "one for each address, however often it is asked for"
    Pause.objects.update(asked_at=timezone.now() - timedelta(days=8), until=timezone.now() - timedelta(seconds=1))
    assert refusal(EMAIL, "email") is None, "it is over by itself"
    press(client, "pause", token, days="7")
    press(client, "pause", token, days="0")
    assert refusal(EMAIL, "email") is None
    assert "Say how long" in press(client, "pause", token, days="9999")


def test_an_objection_is_for_good(client: Client, token: str, person: Person, email: ContactPoint) -> None:
    agree(person, EMAIL, "email")
    press(client, "objection", token)
    assert refusal(EMAIL, "email") == "objected"
    body = press(client, "consent", token, email.pk, "email", agreed="yes")
    assert "You objected to marketing" in body
    assert refusal(EMAIL, "email") == "objected"
    assert "preferences:stop" not in body
    assert reverse("preferences:stop", args=[token]) not in body


def test_asking_for_a_copy_and_for_erasure(client: Client, token: str, person: Person) -> None:
    for _time in range(2):
        press(client, "request", token, kind="copy")
    body = press(client, "request", token, kind="erasure")
    assert sorted(DataRequest.objects.values_list("kind", flat=True)) == ["copy", "erasure"]
    assert "You asked for a copy" in body
    assert "You asked to be forgotten" in body
    assert "Say what you ask for" in press(client, "request", token, kind="everything")


def test_everything_is_in_the_audit_log(client: Client, token: str, person: Person, email: ContactPoint) -> None:
    press(client, "consent", token, email.pk, "email", agreed="yes")
    press(client, "consent", token, email.pk, "email", agreed="no")
    press(client, "pause", token, days="7")
    press(client, "pause", token, days="0")
    press(client, "stop", token)
    press(client, "request", token, kind="copy")
    press(client, "objection", token)
    verbs = set(AuditEvent.objects.filter(subject_id=person.pk).values_list("verb", flat=True))
    assert verbs >= {
        "say_yes", "say_no", "pause_messages", "end_pause", "stop_messages", "ask_for_data", "object_to_marketing",
    }  # fmt: skip

"""What comes back of emails: reports as mail servers write them, forged ones, and whatever else a mailbox holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.compliance.models import HoursBucket, Suppression
from groundswell.config.email_services import Mailbox, mailbox_of
from groundswell.messaging import bounces
from groundswell.messaging.models import Delivery, Line
from groundswell.messaging.operations.backs import IN_A_ROW, take_back
from groundswell.messaging.outgoing import Leased, Letterhead
from groundswell.messaging.providers.contract import Back, BackOf
from groundswell.messaging.providers.mailbox.reports import report_in
from groundswell.messaging.return_paths import reference_in, return_path_of
from groundswell.messaging.tests.world import World

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _comes_back_to_us(settings: Any) -> None:
    settings.BOUNCE_ADDRESS = "bounces@example.org"


def status(
    to: str,
    *,
    code: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <sian@example.net>: Recipient address rejected: User unknown",
    action: str = "failed",
    header: str = "To",
) -> bytes:
    """As Postfix writes it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
{header}: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="A1/mx.example.net"

--A1/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

--A1/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Wed, 18 Nov 2026 12:00:00 +0000 (GMT)

Final-Recipient: rfc822; sian@example.net
Original-Recipient: rfc822;sian@example.net
Action: {action}
Status: {code}
Remote-MTA: dns; mail.example.net
Diagnostic-Code: {said}

--A1/mx.example.net
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Red Rose Party <news@example.org>
To: sian@example.net
Subject: Join us

--A1/mx.example.net--
""".encode()


def complaint(under: str, *, kind: str = "abuse", returned: str = "") -> bytes:
    """As RFC 5965 shows it."""
    return f"""\
From: <abusedesk@example.com>
To: <abuse@example.org>
Subject: FW: Join us
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{under}>
Original-Rcpt-To: <redacted@example.com>

--part1_13d.2e68ed54_boundary
Content-Type: text/rfc822-headers

Return-Path: <{returned}>
From: <news@example.org>
Subject: Join us

--part1_13d.2e68ed54_boundary--
""".encode()


def verp() -> str:
    return return_path_of("d42")


def test_the_address_is_signed_and_survives_what_servers_do_to_it(settings: Any) -> None:
    path = verp()
    assert path.startswith("bounces+d42-")
    assert len(path.partition("@")[0]) <= 64
    assert reference_in([f"“Sian” <{path.upper()}>"]) == "d42"
    assert reference_in(["", "bounces+d42-0123456789abcdef@example.org", path.replace("d42", "d43")]) == ""
    settings.SECRET_KEY = "another" * 10
    assert reference_in([path]) == ""
    settings.BOUNCE_ADDRESS = ""
    assert return_path_of("d42") == ""


@pytest.mark.parametrize(
    ("code", "said", "back"),
    [
        ("5.1.1", "smtp; 550 5.1.1 User unknown", Back.DEAD),
        ("5.0.0", "smtp; 550 5.1.1 User unknown", Back.DEAD),
        ("5.0.0", "smtp; 550 No such user here", Back.DEAD),
        ("5.0.0", "smtp; 550 go away", Back.NOT_NOW),
        ("5.4.4", "X-Postfix; Host or domain name not found", Back.DEAD),
        ("5.2.1", "smtp; 550 mailbox disabled", Back.DEAD),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", Back.NOT_NOW),
        ("5.7.1", "smtp; 554 5.7.1 blocked: listed; user unknown to us as a sender", Back.NOT_NOW),
        ("4.4.7", "smtp; 451 4.4.1 gave up", Back.NOT_NOW),
        ("5.1.10", "", Back.DEAD),
    ],
)
def test_a_dead_address_is_told_from_one_that_did_not_take_it_this_time(code: str, said: str, back: Back) -> None:
    found = report_in(status(verp(), code=code, said=said), now=NOW)

    assert found is not None
    assert (found.back, found.reference) == (back, "d42")
    assert code in found.problem or "5.1.1" in found.problem


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_where_it_came_to_is_written_in_many_ways(header: str) -> None:
    assert report_in(status(verp(), header=header), now=NOW) is not None


@pytest.mark.parametrize(
    "raw",
    [
        status("bounces@example.org"),
        status("bounces+d42-0123456789abcdef@example.org"),
        b"Subject: I am on holiday\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.",
        b"",
        complaint("news@example.org"),
    ],
)
def test_what_is_not_ours_or_no_report_is_left_for_a_person(raw: bytes) -> None:
    assert report_in(raw, now=NOW) is None


def test_not_yet_is_nothing() -> None:
    for action in ("delayed", "delivered", "relayed", "expanded"):
        assert report_in(status(verp(), action=action), now=NOW) is None


@pytest.mark.parametrize(("under", "returned"), [(True, False), (False, True)])
def test_a_complaint_names_the_email_by_what_it_was_sent_under(under: bool, returned: bool) -> None:
    raw = complaint(verp() if under else "x@example.org", returned=verp() if returned else "x@example.org")
    found = report_in(raw, now=NOW)

    assert found is not None
    assert (found.back, found.reference) == (Back.COMPLAINT, "d42")
    assert report_in(complaint(verp(), kind="not-spam"), now=NOW) is None


@hypothesis(deadline=None)
@given(st.binary(max_size=2000))
@example(b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--")
@example(b"Content-Type: message/delivery-status; charset=nonsense\nTo: =?utf-8?q?=ff?=\n\n\xff\xfe")
def test_whatever_a_mailbox_holds_is_read(raw: bytes) -> None:
    assert report_in(raw, now=NOW) is None


damage = st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 40), st.binary(max_size=20)), max_size=4)


@hypothesis(deadline=None)
@given(st.booleans(), damage, st.text(max_size=60))
def test_a_damaged_report_is_read_or_left(is_complaint: bool, damaged: list[tuple[int, int, bytes]], said: str) -> None:
    words = " ".join(said.split()).encode("utf-8", "replace").decode()
    path = return_path_of("d42")
    raw = complaint(path) if is_complaint else status(path, said=f"smtp; 550 {words}")
    for start, length, put in damaged:
        raw = raw[:start] + put + raw[start + length :]
    found = report_in(raw, now=NOW)

    assert found is None or found.reference == "d42"


# What follows of it.


@pytest.fixture
def gone(world: World) -> Delivery:
    return delivery(world, "sian@example.net")


def delivery(world: World, email: str, **fields: Any) -> Delivery:
    person = world.person(email)
    bucket = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")[0]
    return Delivery.objects.create(
        **{
            "message": world.message(status="sending"),
            "person": person,
            "contact_point": person.contact_points.get(),
            "bucket": bucket,
            "state": "sent",
            "sent_at": NOW,
            **fields,
        }
    )


def came(delivery: Delivery, back: Back) -> bool:
    said = BackOf(f"back:{delivery.pk}", back, NOW, f"d{delivery.pk}", problem="5.1.1 no such user")
    return take_back(said, provider="mailbox", now=NOW)


@pytest.mark.django_db
def test_a_dead_address_is_marked_closed_and_logged_once(gone: Delivery) -> None:
    assert came(gone, Back.DEAD) is True
    assert came(gone, Back.DEAD) is False
    gone.refresh_from_db()
    gone.contact_point.refresh_from_db()

    assert (gone.state, gone.reason, gone.problem) == ("failed", "bounced", "5.1.1 no such user")
    assert (gone.contact_point.retired_reason, gone.contact_point.retired_at) == ("bounced", NOW)
    assert [(each.scope, each.reason) for each in Suppression.objects.all()] == [("messages", "organisation")]
    assert AuditEvent.objects.filter(verb="retire_address").count() == 1


@pytest.mark.django_db
def test_an_address_is_dead_after_so_many_in_a_row_and_one_that_arrived_begins_anew(world: World) -> None:
    first = delivery(world, "sian@example.net")
    point, person = first.contact_point, first.person

    def another(minute: int) -> Delivery:
        return Delivery.objects.create(
            message=world.message(status="sending"),
            person=person,
            contact_point=point,
            bucket=first.bucket,
            state="sent",
            sent_at=NOW + timedelta(minutes=minute),
        )

    came(first, Back.NOT_NOW)
    for minute in range(1, IN_A_ROW - 1):
        came(another(minute), Back.NOT_NOW)
    another(10)  # arrived, as far as anybody knows
    came(another(11), Back.NOT_NOW)
    point.refresh_from_db()
    assert point.retired_at is None
    for minute in range(12, 12 + IN_A_ROW - 1):
        point.refresh_from_db()
        assert point.retired_at is None
        came(another(minute), Back.NOT_NOW)
    point.refresh_from_db()
    assert point.retired_at is not None


@pytest.mark.django_db
def test_whoever_complains_is_closed_though_the_email_arrived(gone: Delivery) -> None:
    assert came(gone, Back.COMPLAINT) is True
    gone.refresh_from_db()
    gone.contact_point.refresh_from_db()

    assert gone.state == "delivered"
    assert gone.contact_point.retired_at is None
    assert [(each.scope, each.reason) for each in Suppression.objects.all()] == [("messages", "asked")]


@pytest.mark.django_db
def test_what_comes_back_after_the_person_was_erased_closes_nothing(gone: Delivery) -> None:
    Delivery.objects.update(person=None, contact_point=None)
    assert came(gone, Back.DEAD) is True
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_each_email_leaves_under_an_address_of_its_own(world: World, settings: Any) -> None:
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street")
    message = world.message(status="sending", no_ask_because="news", body="Hello")
    values = {"first_name": "Sian", "family_name": "", "full_name": "Sian", "seat": ""}
    leased = Leased(42, 1, 1, 1, 0, 1, "Hello", "sian@example.net", values)
    assert Letterhead(message).outgoing(leased, valid_until=None).return_path == return_path_of("d42")


@pytest.mark.django_db
def test_the_job_says_what_is_wrong_and_that_it_works_again(
    gone: Delivery, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BOUNCE_MAILBOX = Mailbox("imap", "127.0.0.1", 1, "x", "hush", "INBOX")
    assert bounces.read_bounces() == 0
    assert "refused" in Line.objects.get().problem

    def read(_mailbox: Mailbox, use: Any) -> tuple[int, int]:
        assert Line.objects.get().held_by
        return 2, use(status(return_path_of(f"d{gone.pk}"))) + use(b"Subject: hello\n\nhello")

    monkeypatch.setattr(bounces, "read_mailbox", read)
    assert bounces.read_bounces() == 1
    line = Line.objects.get()
    assert (line.problem, line.held_by) == ("", "")
    assert line.heard_at is not None
    gone.refresh_from_db()
    assert gone.reason == "bounced"
    settings.BOUNCE_MAILBOX = None
    assert bounces.read_bounces() == 0


def test_addresses_of_mailboxes() -> None:
    assert mailbox_of("") is None
    assert mailbox_of("imaps://me%40x.example:p%2Fw@mail.example/Back/Here") == Mailbox(
        "imaps", "mail.example", 993, "me@x.example", "p/w", "Back/Here"
    )
    for wrong in ("pop3://a:b@c", "imap://host", "mail.example"):
        with pytest.raises(ValueError, match="imaps://"):
            mailbox_of(wrong)

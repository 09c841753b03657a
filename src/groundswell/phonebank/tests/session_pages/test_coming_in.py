"""From the letter to the lobby: whoever signed up on the public page comes in by their own page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Invitation, Membership, User
from groundswell.accounts.operations import revoke_membership
from groundswell.accounts.tests.builders import make_member
from groundswell.campaigns.models import Ask
from groundswell.events.models import Attendance, Event
from groundswell.events.operations import sign_up, withdraw
from groundswell.events.operations.events import cancel_event
from groundswell.events.own_links import own_token
from groundswell.phonebank.models import SessionCaller
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.tests.session_pages.asking import as_user, call_url, text, url
from groundswell.phonebank.tests.session_world import Evening

pytestmark = pytest.mark.django_db
BEA = {"name": "Bea Lindqvist", "email": "bea@example.org"}


@pytest.fixture
def bea(evening: Evening) -> Attendance:
    Ask.objects.filter(pk=evening.event.ask_id).update(published_at=evening.now)
    evening.event.ask.refresh_from_db()
    return sign_up(event=evening.event, now=evening.now, **BEA)


def own_page(attendance: Attendance) -> str:
    return reverse("events:mine", args=[own_token(attendance)])


def press(client: Client, attendance: Attendance) -> str:
    return text(client.post(own_page(attendance) + "coming-in/", follow=True))


def test_from_the_letter_to_the_first_household_without_an_account(evening: Evening, bea: Attendance) -> None:
    client = Client()
    assert "Come in" in text(client.get(own_page(bea)))
    assert "1 of us is here" in press(client, bea)
    user = User.objects.get(email="bea@example.org")
    assert (user.name, user.has_usable_password()) == ("Bea Lindqvist", False)
    assert Membership.objects.get(user=user).role == Role.CALLER
    bea.refresh_from_db()
    assert (bea.user, bea.arrived_at is None) == (user, False)
    evening.start()
    page = client.post(url("session_start", evening), follow=True)
    assert page.redirect_chain[-1][0] == call_url(evening.bank)


def test_pressing_again_elsewhere_is_the_same_caller_and_uses_nothing_up(evening: Evening, bea: Attendance) -> None:
    Invitation.objects.update(max_uses=1, uses=1)
    for _device in range(2):
        assert "1 of us is here" in press(Client(), bea)
    assert SessionCaller.objects.count() == 1
    assert Invitation.objects.get().uses == 1


def test_the_way_in_opens_two_hours_before_and_says_when(evening: Evening, bea: Attendance) -> None:
    later = timezone.now() + timedelta(hours=3)
    Event.objects.filter(pk=evening.event.pk).update(starts_at=later, ends_at=later + timedelta(hours=2))
    client = Client()
    page = text(client.get(own_page(bea)))
    assert "Your way in opens here" in page
    assert "Come in</button>" not in page
    assert "The way in is not open just now" in press(client, bea)
    assert not User.objects.filter(email="bea@example.org").exists()
    # The host may begin earlier.
    evening.start()
    assert "1 of us is here" in press(client, bea)


def test_who_waits_withdrew_or_comes_to_what_is_called_off_stays_outside(evening: Evening, bea: Attendance) -> None:
    client = Client()
    Attendance.objects.update(is_waiting=True)
    assert "Come in</button>" not in text(client.get(own_page(bea)))
    assert "You are on the waiting list" in press(client, bea)
    Attendance.objects.update(is_waiting=False)
    bea.refresh_from_db()
    withdraw(attendance=bea, now=timezone.now())
    assert "You are off the list" in press(client, bea)
    cancel_event(event=evening.event, reason="Snow", by=None, now=timezone.now())
    assert "not open just now" in press(client, bea)
    assert not SessionCaller.objects.exists()
    assert not User.objects.filter(email="bea@example.org").exists()


def test_the_link_signs_nobody_in_whose_account_asks_for_more(evening: Evening, bea: Attendance) -> None:
    organiser = make_member(Role.ORGANISER, evening.campaign).user
    User.objects.filter(pk=organiser.pk).update(email="bea@example.org")
    client = Client()
    response = client.post(own_page(bea) + "coming-in/")
    assert response["Location"] == reverse("account_login") + "?next=" + own_page(bea).replace(":", "%3A")
    assert "_auth_user_id" not in client.session
    # Signed in, they come in as themselves.
    assert "1 of us is here" in press(as_user(organiser), bea)
    Membership.objects.filter(user=organiser).update(role=Role.CALLER)
    User.objects.filter(pk=organiser.pk).update(password=make_password("three odd words"))
    assert Client().post(own_page(bea) + "coming-in/")["Location"].startswith(reverse("account_login"))


def test_whoever_was_taken_out_does_not_come_back_by_their_letter_nor_by_the_old_code(
    evening: Evening, bea: Attendance
) -> None:
    client = Client()
    press(client, bea)
    host = Membership.objects.get(user=evening.host)
    revoke_membership(by=host, membership=Membership.objects.get(user__email="bea@example.org"), now=timezone.now())
    assert "You were taken out of this campaign" in press(Client(), bea)
    assert "You were taken out of this campaign" in press(client, bea)
    code = reverse("accounts:join", args=[evening.refresh().invitation.token])
    assert "You were taken out of this campaign" in text(client.post(code, follow=True))
    assert not Membership.objects.live().filter(user__email="bea@example.org").exists()
    # A fresh one brings back whom the host wants back.
    sessions.renew_walk_in_link(session_id=evening.session.pk, by=evening.host, now=timezone.now())
    assert "1 of us is here" in press(client, bea)


def test_two_sign_ups_and_one_account_are_one_caller(evening: Evening, bea: Attendance) -> None:
    other = sign_up(event=evening.event, name="Bea", email="b@example.org", now=evening.now)
    client = Client()
    press(client, bea)
    press(client, other)
    assert SessionCaller.objects.count() == 1
    other.refresh_from_db()
    assert other.user is None

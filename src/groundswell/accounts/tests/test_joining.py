import base64
import re
import zlib
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts import identity
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Invitation, Membership, User
from groundswell.accounts.sessions import SALT
from groundswell.accounts.tests.builders import make_campaign, make_member, make_organisation, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    make_organisation(name="Test Party", contact_email="office@example.org")
    organiser = make_member(Role.ORGANISER, make_campaign("monday", name="Monday calling"))
    return Invitation.objects.create(
        campaign=organiser.campaign,
        expires_at=timezone.now() + timedelta(days=1),
        max_uses=3,
        created_by=organiser.user,
    )


def address(invitation, name="join"):
    return reverse(f"accounts:{name}", args=[invitation.token])


def code_in_last_mail():
    return re.search(r"^\s+([A-Z0-9]{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


def test_the_page_says_who_invites_to_what_and_where_the_privacy_notice_is(client, invitation):
    page = client.get(address(invitation)).content.decode()
    assert "Test organiser of Test Party invites you" in page
    assert "Monday calling" in page
    assert "https://example.org/privacy" in page
    assert "noindex" in page or "no-store" in client.get(address(invitation))["Cache-Control"]


def test_a_name_and_one_press_and_they_are_in(client, invitation):
    response = client.post(address(invitation), {"name": "Vera"})
    assert (response.status_code, response["Location"]) == (302, reverse("home"))
    membership = Membership.objects.get(role=Role.CALLER)
    assert (membership.user.name, membership.campaign) == ("Vera", invitation.campaign)
    kept = client.session[identity.KEY]
    assert kept["m"] == [[membership.pk, invitation.campaign_id]]
    assert kept["c"] == invitation.campaign_id
    assert not mail.outbox


def test_the_code_that_is_mailed_is_nowhere_in_the_cookie(client, invitation):
    client.post(address(invitation), {"name": "Vera", "email": "Vera@Example.org"})
    assert mail.outbox[-1].to == ["vera@example.org"]
    code = code_in_last_mail()
    cookie = client.cookies["sessionid"].value
    seen = signing.loads(cookie, salt=SALT)
    assert set(seen) == {"_row"}
    assert code not in str(seen)


def test_a_right_code_makes_the_account_that_can_sign_in_again(client, invitation):
    client.post(address(invitation), {"name": "Vera", "email": "vera@example.org"})
    code = code_in_last_mail()
    response = client.post(address(invitation, "join_code"), {"code": f" {code[:3].lower()}-{code[3:]} "})
    assert response["Location"] == reverse("home")
    user = User.objects.get(email="vera@example.org")
    assert user.memberships.get().invitation == invitation
    assert user.emailaddress_set.get().verified


def test_wrong_codes_run_out_and_an_old_cookie_brings_none_back(client, invitation):
    client.post(address(invitation), {"name": "Vera", "email": "vera@example.org"})
    cookie = client.cookies["sessionid"].value
    for _attempt in range(4):
        assert "not the code" in client.post(address(invitation, "join_code"), {"code": "WRONG1"}).content.decode()
        client.cookies["sessionid"] = cookie
    assert client.post(address(invitation, "join_code"), {"code": "WRONG1"}).status_code == 302
    client.cookies["sessionid"] = cookie
    response = client.post(address(invitation, "join_code"), {"code": code_in_last_mail()})
    assert response["Location"] == address(invitation)
    assert not User.objects.filter(email="vera@example.org").exists()


def test_codes_to_one_address_are_limited(client, invitation):
    for _attempt in range(5):
        assert client.post(address(invitation), {"name": "V", "email": "v@example.org"}).status_code == 302
    page = client.post(address(invitation), {"name": "V", "email": "v@example.org"})
    assert "Several codes were sent already" in page.content.decode()
    assert len(mail.outbox) == 5


def test_a_staff_link_takes_no_one_without_an_email_and_asks_for_a_second_factor_next(client, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(role=Role.ORGANISER, requires_email=True)
    assert "This field is required" in client.post(address(invitation), {"name": "Vera"}).content.decode()
    client.post(address(invitation), {"name": "Vera", "email": "vera@example.org"})
    client.post(address(invitation, "join_code"), {"code": code_in_last_mail()})
    assert Membership.objects.get(user__email="vera@example.org").role == Role.ORGANISER
    response = client.get(reverse("accounts:team"))
    assert response["Location"] == reverse("accounts:second_factor") + "?next=%2Fteam%2F"


def test_someone_known_by_their_email_gains_the_membership(client, invitation):
    user = make_user(email="vera@example.org")
    client.post(address(invitation), {"name": "Anything", "email": "vera@example.org"})
    client.post(address(invitation, "join_code"), {"code": code_in_last_mail()})
    assert user.memberships.get().campaign == invitation.campaign
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_code_alone_does_not_pass_by_a_second_factor(client, invitation):
    user = make_user(email="vera@example.org", second_factor=True)
    client.post(address(invitation), {"name": "Anything", "email": "vera@example.org"})
    response = client.post(address(invitation, "join_code"), {"code": code_in_last_mail()})
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert not user.memberships.exists()


def test_someone_signed_in_joins_with_one_press_and_again_without_harm(client, invitation):
    user = make_user("Vera")
    sign_in(client, user)
    assert "signed in as Vera" in client.get(address(invitation)).content.decode()
    for _press in range(2):
        assert client.post(address(invitation))["Location"] == reverse("home")
    assert user.memberships.count() == 1
    assert Invitation.objects.get().uses == 1


@pytest.mark.parametrize(
    ("fields", "status", "words", "advice"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, 410, "has run out", "Ask whoever sent it for a new one"),
        ({"revoked_at": timezone.now()}, 410, "was withdrawn", "Ask them for a new one"),
        ({"uses": 3}, 410, "is full", "Ask whoever sent it for another link"),
        ({"token": "another"}, 404, "do not know this link", "ask for it once more"),
    ],
)
def test_a_link_that_does_not_work_says_what_to_do(client, invitation, fields, status, words, advice):
    Invitation.objects.filter(pk=invitation.pk).update(**fields)
    for response in (client.get(address(invitation)), client.post(address(invitation), {"name": "Vera"})):
        assert response.status_code == status
        assert words in response.content.decode()
        assert advice in response.content.decode()
    assert Membership.objects.count() == 1


def test_allauths_own_sign_in_code_is_nowhere_in_the_cookie(client, invitation):
    make_user(email="vera@example.org")
    client.post(reverse("account_request_login_code"), {"email": "vera@example.org"})
    cookie = client.cookies["sessionid"].value
    visible = signing.loads(cookie, salt=SALT)
    assert set(visible) <= {"_row", "account_authentication_methods", "account_authentication_methods_user"}
    code = re.search(r"\b([A-Z0-9]{3,}-?[A-Z0-9]{3,})\b", mail.outbox[-1].body)[1]
    response = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert response.status_code == 302
    assert client.session["_auth_user_id"]
    raw = cookie.split(":")[0].lstrip(".")
    plain = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    assert code.encode() not in (zlib.decompress(plain) if cookie.startswith(".") else plain)


def test_nobody_signs_up_by_themselves(client, invitation):
    page = client.post(reverse("account_signup"), {"email": "x@example.org", "password1": "three-odd-words"})
    assert not User.objects.filter(email="x@example.org").exists()
    assert page.status_code == 200

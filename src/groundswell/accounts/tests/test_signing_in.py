import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail, signing
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from groundswell.accounts import demo_urls, setup_links
from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Membership, Organisation, User
from groundswell.accounts.tests.builders import make_campaign, make_member, make_user, sign_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PASSWORD = "three-odd-words"


def try_password(client, password=PASSWORD, email="ada@example.org"):
    return client.post(LOGIN, {"login": email, "password": password})


def test_a_password_signs_in_and_the_log_says_so(client):
    user = make_user(email="ada@example.org", password=PASSWORD)
    assert try_password(client).status_code == 302
    assert AuditEvent.objects.get(verb="sign_in").actor == user


def test_repeated_failures_lock_the_account_for_every_process_and_even_the_right_password(client):
    make_user(email="ada@example.org", password=PASSWORD)
    for _attempt in range(5):
        assert try_password(client, "wrong-password").status_code == 200
        # Another web process knows nothing of what this one keeps in memory.
        caches["default"].clear()
    page = try_password(Client())
    assert "Too many failed" in page.content.decode()
    assert not AuditEvent.objects.filter(verb="sign_in").exists()
    make_user(email="bea@example.org", password=PASSWORD)
    assert try_password(Client(), email="bea@example.org").status_code == 302


@pytest.mark.parametrize(("proxies", "status"), [(1, 200), (0, 429)])
def test_behind_a_web_server_an_evenings_volunteers_do_not_lock_each_other_out(client, settings, proxies, status):
    """Thirty a minute from one address, as the web server in front names it; without one, what a visitor says counts not."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answers = [
        client.post(
            reverse("account_login"),
            {"login": f"volunteer{number}@example.org", "password": "wrong"},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        ).status_code
        for number in range(32)
    ]
    assert answers[-1] == status


def test_an_authenticator_app_is_asked_for_and_its_failures_lock_as_well(client):
    user = make_user(email="ada@example.org", password=PASSWORD)
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    assert try_password(client)["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    counter = next(iter(yield_hotp_counters_from_time()))
    right = format_hotp_value(hotp_value(secret, counter))
    wrong = "000000" if right != "000000" else "111111"
    for _attempt in range(5):
        client.post(reverse("mfa_authenticate"), {"code": wrong})
    assert "Too many failed" in client.post(reverse("mfa_authenticate"), {"code": right}).content.decode()
    assert "_auth_user_id" not in client.session


def test_the_authenticator_apps_code_signs_in(client):
    user = make_user(email="ada@example.org", password=PASSWORD)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    try_password(client)
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", counter))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("host", "said"),
    [("groundswell.example", None), ("localhost:8000", None), ("127.0.0.1:8000", "http://localhost:8000/")],
)
def test_a_passkey_is_not_offered_where_browsers_refuse_it(client, settings, host, said):
    settings.ALLOWED_HOSTS = ["*"]
    sign_in(client, make_user())
    page = client.get(reverse("mfa_add_webauthn"), headers={"host": host}).content.decode()
    assert ("sites that have a name" in page) == (said is not None)
    assert said is None or f'href="{said}"' in page
    assert "Sign in with it alone" in page


@pytest.mark.django_db(transaction=True)
def test_who_sets_up_an_app_is_shown_the_recovery_codes_without_being_asked_again(client):
    sign_in(client, make_member(Role.ORGANISER, make_campaign(), second_factor=False).user)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    counter = next(iter(yield_hotp_counters_from_time()))
    response = client.post(reverse("mfa_activate_totp"), {"code": format_hotp_value(hotp_value(secret, counter))})
    codes = client.get(response["Location"])
    assert codes.status_code == 200
    assert len(codes.context["unused_codes"]) == 10
    assert "\n".join(codes.context["unused_codes"]) in codes.content.decode()
    verbs = [(e.verb, e.detail["factor"]) for e in AuditEvent.objects.filter(verb="add_second_factor").order_by("pk")]
    assert verbs == [("add_second_factor", "totp"), ("add_second_factor", "recovery_codes")]


def test_signing_out_everywhere_ends_every_browser_at_once(client):
    user = make_member(Role.CALLER, make_campaign()).user
    other = sign_in(Client(), user)
    sign_in(client, user)
    assert other.get(reverse("accounts:me")).status_code == 200
    assert client.post(reverse("accounts:sign_out_everywhere")).status_code == 302
    assert other.get(reverse("accounts:me"))["Location"].startswith(LOGIN)


def test_a_new_password_ends_the_other_browsers(client):
    user = make_user()
    sign_in(client, user)
    user.set_password(PASSWORD)
    user.save()
    assert client.get(reverse("accounts:me")).status_code == 302


def test_staff_without_a_second_factor_are_led_to_it_and_htmx_is_told_by_header(client):
    sign_in(client, make_member(Role.OWNER, second_factor=False).user)
    target = reverse("accounts:second_factor") + "?next=%2Faudit%2F"
    assert client.get("/audit/")["Location"] == target
    fragment = client.get("/audit/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, target)
    assert client.get(target).status_code == 200


def test_the_second_factor_leads_back_only_to_our_own_pages(client):
    user = make_member(Role.OWNER).user
    sign_in(client, user)
    assert client.get("/second-factor/?next=https://evil.example/")["Location"] == "/"


def test_my_name_is_mine_to_change(client):
    user = make_user("Ada")
    sign_in(client, user)
    assert client.post(reverse("accounts:me"), {"name": "Ada Lovelace"}).status_code == 302
    assert User.objects.get(pk=user.pk).name == "Ada Lovelace"


def test_the_first_owner_comes_in_by_the_one_time_link(client):
    link = setup_links.create_setup_link()
    path = "/" + link.split("/", 3)[3]
    given = {
        "organisation": "Us",
        "kind": "union",
        "name": "Ola",
        "email": "Ola@example.org",
        "password": "short",
    }
    assert "at least 10 characters" in client.post(path, given).content.decode()
    response = client.post(path, {**given, "password": PASSWORD})
    assert response["Location"] == reverse("accounts:second_factor")
    owner = Membership.objects.get()
    assert (owner.role, owner.user.email, Organisation.objects.get().name) == (Role.OWNER, "ola@example.org", "Us")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert setup_links.create_setup_link() is None
    assert Client().get(path)["Location"] == LOGIN
    assert Client().post(path, {**given, "password": PASSWORD})["Location"] == LOGIN
    assert Membership.objects.count() == 1


def test_a_forged_or_old_set_up_link_is_unknown(client, settings):
    assert client.get(reverse("accounts:setup", args=["x"])).status_code == 404
    forged = signing.dumps("setup", key="another secret", salt=setup_links.SALT)
    assert client.get(reverse("accounts:setup", args=[forged])).status_code == 404
    assert not setup_links.is_setup_token(signing.dumps("other", salt=setup_links.SALT))


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    settings.ROOT_URLCONF = "groundswell.accounts.tests.demo_site"


def test_the_demos_links_sign_its_own_users_in_one_for_each_role(client, demo):
    campaign = make_campaign()
    for role in (Role.CALLER, Role.ORGANISER, Role.DATA_MANAGER):
        make_member(role, campaign, user=make_user(f"Demo {role}", is_demo=True))
    make_member(Role.OWNER)
    links = demo_urls.demo_links()
    assert list(links) == ["organiser", "data_manager", "caller"]
    assert client.get(links["organiser"])["Location"] == "/"
    assert client.session["_auth_user_id"] == str(User.objects.get(name="Demo organiser").pk)
    assert client.get(reverse("accounts:team")).status_code == 200


def test_no_demo_link_signs_in_anyone_else_or_outside_the_demo(client, demo, settings):
    real, gone = make_user(), make_user(is_demo=True, is_active=False)
    for user in (real, gone):
        assert client.get(demo_urls.demo_link(user.pk)).status_code == 404
    assert client.get(reverse("demo:enter", args=["x"])).status_code == 404
    link = demo_urls.demo_link(make_user(is_demo=True).pk)
    settings.DEMO = False
    assert client.get(link).status_code == 404
    assert demo_urls.demo_links() == {}


def test_no_demo_address_exists_outside_the_demo(client):
    token = signing.dumps(make_user(is_demo=True).pk, salt=demo_urls.SALT)
    assert client.get(f"/demo/enter/{token}/").status_code == 404


def test_a_code_by_email_is_not_sent_to_strangers(client):
    client.post(reverse("account_request_login_code"), {"email": "stranger@example.org"})
    assert not [m for m in mail.outbox if re.search(r"\b[A-Z0-9]{6}\b", m.body)]

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.forms import BooleanField, CharField, Form
from django.template import Context, Template
from django.test import Client

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.accounts.tests.builders import make_member
from groundswell.web.navigation import MENU

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_stranger_is_welcomed_under_the_organisations_name():
    Organisation.objects.create(id=1, name="Walthamstow Forward", kind="other", imprint="Promoted by A. Person")
    page = Client().get("/").content.decode()
    assert "Campaigns are won in conversations." in page
    assert "Walthamstow Forward" in page
    assert "Promoted by A. Person" in page


def test_someone_without_a_campaign_is_told_whom_to_ask():
    user = User.objects.create_user("nobody@example.org", name="Nobody")
    page = signed_in(user).get("/")
    assert page.status_code == 200
    assert "Ask the organiser who invited you" in page.content.decode()


def test_a_revoked_membership_opens_no_way_in():
    user = User.objects.create_user("was@example.org", name="Was")
    Membership.objects.create(user=user, role=Role.ORGANISER, revoked_at="2026-01-01T00:00:00Z")
    assert "Ask the organiser who invited you" in signed_in(user).get("/").content.decode()


def test_the_identity_is_asked_of_the_database_once_in_a_while(django_assert_num_queries):
    with django_assert_num_queries(1):
        Client().get("/")
    with django_assert_num_queries(0):
        Client().get("/")


def test_a_missing_page_says_so_kindly_and_in_our_frame():
    answer = Client().get("/no/such/page/")
    assert answer.status_code == 404
    assert "We cannot find that page" in answer.content.decode()


def test_a_form_without_its_token_explains_itself():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/logout/")
    assert answer.status_code == 403
    assert "Your page was open too long" in answer.content.decode()


def test_the_service_worker_rules_the_whole_site_and_is_never_kept():
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert "no-cache" in answer["Cache-Control"]
    assert '"/offline/"' in answer.content.decode()


def test_the_style_guide_is_for_developers_only(settings):
    assert Client().get("/styleguide/").status_code == 404
    settings.DEMO = True
    assert Client().get("/styleguide/").status_code == 200


def test_a_field_is_tied_to_its_help_and_its_error():
    class Sample(Form):
        name = CharField(help_text="As on the ballot paper.")
        agreed = BooleanField()

    html = str(Sample({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert '<label for="id_name">Name</label>' in html


def test_charts_say_their_numbers_and_keep_to_scale():
    template = Template("{% load groundswell %}{% bar_chart rows %}")
    html = template.render(Context({"rows": [{"label": "Ours", "value": 30}, {"label": "Others", "value": 15}]}))
    assert 'width="100.00"' in html
    assert 'width="50.00"' in html
    assert "67%" in html
    assert "style=" not in html


def test_a_chart_of_nothing_says_so():
    assert "Nothing to show yet" in Template("{% load groundswell %}{% bar_chart rows %}").render(Context({"rows": []}))


def test_every_menu_entry_names_roles():
    assert all(place.roles for place in MENU)


@pytest.mark.parametrize(
    ("role", "way"), [(Role.ORGANISER, "/campaigns/"), (Role.DATA_MANAGER, "/imports/"), (Role.OWNER, "/campaigns/")]
)
def test_staff_begin_where_their_work_is(role: Role, way: str):
    assert signed_in(make_member(role).user).get("/")["Location"] == way

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.forms import BooleanField, CharField, Form
from django.template import Context, Template
from django.test import Client

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.accounts.tests.builders import make_member, make_organisation
from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area, Contest, OfficeHolder, Postcode, Result
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


def test_name_and_postal_address_stand_below_where_no_imprint_was_entered():
    Organisation.objects.create(id=1, name="Walthamstow Forward", kind="other", contact_address="12 Hoe Street\nLondon")
    assert "Promoted by Walthamstow Forward, 12 Hoe Street, London" in Client().get("/").content.decode()


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


@pytest.fixture
def walthamstow() -> Area:
    """The seat of E17, as it voted, with its Member and a ward of another body."""
    seat = Area.objects.create(
        kind="constituency", boundary_set=PARLIAMENT_2024, code="E14001563", name="Walthamstow", nation="England"
    )
    contest = Contest.objects.create(area=seat, election="2024", valid_votes=1000, majority=400)
    for party, votes in (("Labour", 600), ("Green", 200)):
        Result.objects.create(contest=contest, party=party, votes=votes)
    OfficeHolder.objects.create(area=seat, name="Ada Member", party="Labour", email="ada@parliament.example")
    return seat


def looked_up(postcode: str) -> str:
    return " ".join(Client().get("/about-the-data/", {"postcode": postcode}).content.decode().split())


def test_a_postcodes_constituency_member_and_majority_are_told(walthamstow, django_assert_max_num_queries):
    looked_up("E17 4AA")
    with django_assert_max_num_queries(5):
        page = looked_up(" e174aa ")
    assert "Walthamstow</h3>" in page
    assert "Ada Member (Labour)" in page
    assert "400 (40.0% of the votes) in 2024: Labour before Green" in page


@pytest.mark.parametrize(
    ("postcode", "sentence"),
    [
        ("BT1 1AA", "Northern Ireland"),
        ("E17 9ZZ", "We do not know that postcode"),
        ("JE2 4WD", "Jersey"),
        ("<b>\0", "does not look like a UK postcode"),
    ],
)
def test_what_is_not_known_is_said_and_never_guessed(walthamstow, postcode, sentence):
    page = looked_up(postcode)
    assert "Unknown." in page
    assert sentence in page
    assert "Walthamstow</h3>" not in page


def test_areas_of_an_imported_look_up_are_told_as_well(walthamstow):
    ward = Area.objects.create(kind="ward", boundary_set="our-wards", code="W1", name="Hoe Street")
    OfficeHolder.objects.create(area=ward, office="Councillor", name="Bo Council")
    Postcode.objects.create(boundary_set="our-wards", postcode="E174AA", area=ward)
    page = looked_up("E17 4AA")
    assert page.index("Walthamstow</h3>") < page.index("Hoe Street</h3>")
    assert "<dt>Councillor</dt> <dd>Bo Council</dd>" in page


@pytest.mark.parametrize(("role", "is_shown"), [(Role.OWNER, True), (Role.ORGANISER, False)])
def test_owners_are_led_to_the_organisations_record_and_nobody_else_is(role, is_shown):
    make_organisation()
    member = make_member(role)
    client = signed_in(member.user)
    page = client.get("/team/")
    assert page.status_code == 200
    assert ('href="/organisation/"' in page.content.decode()) is is_shown
    assert client.get("/organisation/").status_code == (200 if is_shown else 403)

import csv
import io
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts import operations
from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import AuditEvent, Invitation, Membership, Organisation
from groundswell.accounts.tests.builders import make_campaign, make_member, make_organisation, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    make_organisation()
    return make_campaign("seat", name="The seat")


@pytest.fixture
def organiser(client, campaign):
    membership = make_member(Role.ORGANISER, campaign)
    sign_in(client, membership.user)
    return membership


@pytest.fixture
def owner(client, campaign):
    membership = make_member(Role.OWNER)
    sign_in(client, membership.user)
    return membership


@pytest.mark.parametrize("events", [1, 3])
def test_the_audit_log_asks_as_little_whatever_it_holds(client, owner, events):
    for number in range(events):
        campaign = make_campaign(f"log-{number}")
        actor = make_member(Role.CALLER, campaign).user
        record("look", by=actor, action=AuditAction.VIEW, campaign_id=campaign.pk)
    client.get(reverse("accounts:audit"))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("accounts:audit"))
    assert page.status_code == 200
    # Who asks (2), the events, who did them, in which campaigns, the newest seal.
    assert len(queries) == 6, [q["sql"] for q in queries]


def test_an_organiser_sees_their_campaigns_team_and_no_other(client, organiser, campaign):
    make_member(Role.CALLER, campaign)
    other = make_member(Role.DATA_MANAGER, make_campaign(name="Elsewhere"))
    page = client.get(reverse("accounts:team")).content.decode()
    assert "Test caller" in page
    assert "Elsewhere" not in page
    assert client.get(reverse("accounts:member", args=[other.pk])).status_code == 404
    assert client.post(reverse("accounts:revoke_membership", args=[other.pk])).status_code == 404


def test_removing_a_caller_from_their_next_request_on(client, organiser, campaign):
    caller = make_member(Role.CALLER, campaign)
    theirs = sign_in(Client(), caller.user)
    assert "The seat" in theirs.get(reverse("accounts:me")).content.decode()
    response = client.post(reverse("accounts:revoke_membership", args=[caller.pk]), follow=True)
    assert "Test caller was removed" in response.content.decode()
    assert "The seat" not in theirs.get(reverse("accounts:me")).content.decode()


def test_an_organiser_cannot_remove_an_owner_or_change_them(client, organiser):
    owner = make_member(Role.OWNER)
    assert client.get(reverse("accounts:member", args=[owner.pk])).status_code == 404
    peer = make_member(Role.ORGANISER, organiser.campaign)
    assert client.post(reverse("accounts:member", args=[peer.pk]), {"role": "caller"}).status_code == 403
    client.post(reverse("accounts:revoke_membership", args=[peer.pk]))
    peer.refresh_from_db()
    assert peer.revoked_at is None


def test_a_link_is_made_shown_as_qr_and_withdrawn(client, organiser, campaign):
    response = client.post(
        reverse("accounts:invite"),
        {"role": "caller", "campaign": campaign.pk, "label": "Monday group", "days": 7, "max_uses": 40},
    )
    link = Invitation.objects.get()
    assert response["Location"] == reverse("accounts:invitation", args=[link.pk])
    assert link.expires_at - timezone.now() > timedelta(days=6)
    page = client.get(response["Location"]).content.decode()
    assert f"/join/{link.token}/" in page
    assert "<svg" in page
    assert "style=" not in page
    client.post(reverse("accounts:revoke_invitation", args=[link.pk]))
    link.refresh_from_db()
    assert link.revoked_at is not None
    assert "withdrawn" in client.get(reverse("accounts:invitations")).content.decode()


def test_an_organiser_is_offered_only_what_they_may_give(client, organiser, campaign):
    other = make_campaign(name="Elsewhere")
    page = client.get(reverse("accounts:invite")).content.decode()
    assert "data manager" not in page
    assert "Elsewhere" not in page
    for fields in ({"role": "owner", "campaign": campaign.pk}, {"role": "caller", "campaign": other.pk}):
        client.post(reverse("accounts:invite"), {**fields, "days": 7, "max_uses": 1})
    assert not Invitation.objects.exists()


def test_a_caller_needs_a_campaign_and_a_staff_link_is_for_few(client, owner, campaign):
    url = reverse("accounts:invite")
    assert "(optional)" not in str(client.get(url).context["form"]["campaign"].as_field_group())

    def refused(**fields):
        return client.post(url, {"days": 7, "max_uses": 1, **fields}).context["form"].errors

    assert refused(role="caller", campaign="every") == {"campaign": ["Choose the campaign that callers will ring for."]}
    assert refused(role="caller") == {"campaign": ["Choose a campaign."]}
    assert "ten people" in str(refused(role="organiser", campaign="every", max_uses=11)["max_uses"])
    campaign.delete()
    assert "begin it first" in str(refused(role="caller", campaign="every")["campaign"])
    client.post(url, {"role": "organiser", "campaign": "every", "days": 7, "max_uses": 1})
    assert (Invitation.objects.get().campaign, Invitation.objects.get().requires_email) == (None, True)


def test_changing_a_role(client, owner, campaign):
    caller = make_member(Role.CALLER, campaign)
    client.post(reverse("accounts:member", args=[caller.pk]), {"role": "organiser"})
    assert Membership.objects.live().get(user=caller.user).role == Role.ORGANISER


def test_the_organisation_is_the_owners_to_change(client, owner):
    url = reverse("accounts:organisation")
    given = {"name": "New name", "kind": "charity", "privacy_url": "example.org/p"}
    assert client.post(url, given).status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.kind, organisation.privacy_url) == (
        "New name",
        "charity",
        "https://example.org/p",
    )
    assert AuditEvent.objects.get(verb="update_organisation").actor == owner.user


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_the_same_few_queries_however_long(client, owner, campaign, rows):
    for _row in range(rows):
        member = make_member(Role.CALLER, campaign)
        record("look", by=member.user, subject=member, campaign_id=campaign.pk)
        Invitation.objects.create(campaign=campaign, expires_at=timezone.now(), created_by=owner.user)
    client.get(reverse("accounts:team"))
    for name, most in (("team", 9), ("invitations", 9), ("audit", 9)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"accounts:{name}")).status_code == 200
        assert len(queries) <= most, [q["sql"] for q in queries]
        if rows == 3:
            assert len(queries) == COUNTS[name], (name, len(queries))


COUNTS = {"team": 4, "invitations": 4, "audit": 6}


def test_the_log_is_found_by_each_filter(client, owner, campaign):
    caller = make_member(Role.CALLER, campaign)
    record("claim_next", by=caller.user, action=AuditAction.VIEW, subject=caller, campaign_id=campaign.pk)
    record("export_people", by=owner.user, action=AuditAction.EXPORT)

    def found(**wanted):
        page = client.get(reverse("accounts:audit"), wanted).content.decode()
        return ("claim_next" in page, "export_people" in page)

    assert found() == (True, True)
    assert found(who="Test caller") == (True, False)
    assert found(action="export") == (False, True)
    assert found(verb="export_people")[0] is False
    assert found(subject=f"accounts.membership:{caller.pk}") == (True, False)
    assert found(since=(timezone.localdate() + timedelta(days=1)).isoformat()) == (False, False)
    assert found(until=timezone.localdate().isoformat()) == (True, True)
    unread = client.get(reverse("accounts:audit"), {"subject": "nonsense!"}).content.decode()
    assert "Write it as" in unread
    assert "Nothing was looked for" in unread
    assert "Nothing fits" not in unread


def test_older_pages_follow_without_gap_or_double(client, owner):
    for number in range(120):
        record("look", by=None, number=number)
    total = AuditEvent.objects.count()
    seen, url = [], reverse("accounts:audit")
    while url:
        response = client.get(url)
        log = response.context["log"]
        seen += [event.pk for event in log.events]
        url = f"{reverse('accounts:audit')}?before={log.older}" if log.older else None
    assert len(seen) == len(set(seen)) == total
    assert seen == sorted(seen, reverse=True)


def test_a_data_manager_of_one_campaign_sees_only_its_events(client, campaign):
    sign_in(client, make_member(Role.DATA_MANAGER, campaign).user)
    record("here", by=None, campaign_id=campaign.pk)
    record("elsewhere", by=None, campaign_id=make_campaign().pk)
    record("nowhere", by=None)
    page = client.get(reverse("accounts:audit")).content.decode()
    assert ("here" in page, "elsewhere" in page, "nowhere" in page) == (True, False, False)


def test_the_log_is_read_and_filtered_in_words(client, owner, campaign):
    record("change_campaign_name", by=owner.user, subject=campaign)
    record("gone", by=owner.user, subject=campaign)
    AuditEvent.objects.create(action="change", verb="drop_something", subject_kind="old.room", subject_id=7)
    page = client.get(reverse("accounts:audit"))
    for words in ("change campaign name", f"campaign {campaign.pk}", "drop something", "old.room 7"):
        assert words in page.text
    found = client.get(reverse("accounts:audit"), {"verb": " Change campaign  name"}).context["log"].events
    assert [event.verb for event in found] == ["change_campaign_name"]


def test_the_export_is_neutralised_and_itself_in_the_log(client, owner):
    owner.user.name = "=HYPERLINK()"
    owner.user.save()
    record("look", by=owner.user)
    response = client.get(reverse("accounts:audit_export"), {"verb": "look"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["actor"] for row in rows] == ["'=HYPERLINK()"]
    event = AuditEvent.objects.get(action="export")
    assert (event.verb, event.detail) == ("export_audit_log", {"filter": {"verb": "look"}})


@pytest.mark.slow
def test_the_log_is_quick_at_a_million_events(client, owner, campaign):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditevent"
            " (at, action, verb, subject_kind, subject_id, campaign_id, actor_id, detail, txid)"
            " SELECT now() - (1000000 - n) * interval '30 seconds',"
            " CASE WHEN n %% 100000 = 7 THEN 'export' ELSE 'view' END, 'claim_next', 'people.household', n %% 1000,"
            " %s, %s, '{}', n FROM generate_series(1, 1000000) n",
            [campaign.pk, owner.user_id],
        )
        cursor.execute("ANALYZE accounts_auditevent")
    year_ago = (timezone.localdate() - timedelta(days=200)).isoformat()
    for wanted in (
        {},
        {"before": "1000"},
        {"action": "export"},
        {"subject": "people.household:5"},
        {"who": "Test"},
        {"verb": "claim_next"},
        {"since": year_ago, "until": year_ago},
    ):
        started = time.monotonic()
        assert client.get(reverse("accounts:audit"), wanted).status_code == 200
        assert time.monotonic() - started < 1.5, wanted


def test_an_owners_form_for_callers_starts_with_a_campaign_they_may_ring_for(client, owner, campaign):
    page = client.get(reverse("accounts:invite")).content.decode()
    assert page.index(f'<option value="{campaign.pk}">') < page.index('<option value="every">')
    again = client.get(reverse("accounts:invite"), {"role": "organiser", "campaign": ""}).content.decode()
    assert '<option value="every" selected>' in again


def test_a_name_is_kept_without_what_would_turn_the_page_around_it(client, organiser, campaign):
    link = Invitation.objects.create(campaign=campaign, expires_at=timezone.now() + timedelta(days=1), max_uses=5)
    newcomer = Client()
    address = reverse("accounts:join", args=[link.token])
    assert newcomer.post(address, {"name": "\u202e\u2066"}).context["form"].errors["name"]
    newcomer.post(address, {"name": " Ann\u202e\n\u200f  Lee "})
    assert Membership.objects.get(invitation=link).user.name == "Ann Lee"


def make_area(code, parent=None):
    Area = apps.get_model("places", "Area")
    return Area.objects.create(kind="ward", boundary_set="t", code=code, name=f"Ward {code}", parent=parent)


def test_an_organiser_of_some_areas_sees_and_leads_only_those_within_them(client, organiser, campaign):
    mine, elsewhere = make_area("mine"), make_area("elsewhere")
    below = make_area("below", mine)
    campaign.areas.set([mine, elsewhere])
    organiser.areas.set([mine])
    inside, across, outside, everywhere = (make_member(Role.CALLER, campaign) for _ in range(4))
    for number, member in enumerate([inside, across, outside, everywhere]):
        member.user.name = f"Caller {number}"
        member.user.save()
    inside.areas.set([below])
    across.areas.set([below, elsewhere])
    outside.areas.set([elsewhere])
    team = client.get(reverse("accounts:team")).content.decode()
    assert "Caller 0" in team
    assert not any(name in team for name in ("Caller 1", "Caller 2", "Caller 3"))
    assert "Test organiser" in team
    assert client.get(reverse("accounts:member", args=[inside.pk])).status_code == 200
    for member in (across, outside, everywhere):
        assert client.get(reverse("accounts:member", args=[member.pk])).status_code == 404
        assert client.post(reverse("accounts:revoke_membership", args=[member.pk])).status_code == 404
        with pytest.raises(operations.TeamError):
            operations.revoke_membership(by=organiser, membership=member, now=timezone.now())
        with pytest.raises(operations.TeamError):
            operations.change_membership(
                by=organiser, membership=member, role=Role.CALLER, area_ids=[mine.pk], now=timezone.now()
            )
        member.refresh_from_db()
        assert member.revoked_at is None


def test_an_organiser_of_some_areas_is_offered_only_those(client, organiser, campaign):
    mine, elsewhere = make_area("mine"), make_area("elsewhere")
    below = make_area("below", mine)
    campaign.areas.set([mine, elsewhere])
    caller = make_member(Role.CALLER, campaign)
    caller.areas.set([mine])
    pages = [reverse("accounts:invite"), reverse("accounts:member", args=[caller.pk])]
    for url in pages:
        assert set(client.get(url).context["form"].fields["areas"].queryset) == {mine, below, elsewhere}
    organiser.areas.set([mine])
    for url in pages:
        field = client.get(url).context["form"].fields["areas"]
        assert set(field.queryset) == {mine, below}
        assert "yours" in field.help_text
    posted = {"role": "caller", "campaign": campaign.pk, "days": "7", "max_uses": "1", "areas": [elsewhere.pk]}
    assert client.post(pages[0], posted).context["form"].errors["areas"]
    assert not Invitation.objects.exists()


def test_an_organiser_of_some_areas_sees_no_link_that_goes_beyond_them(client, organiser, campaign):
    mine, elsewhere = make_area("mine"), make_area("elsewhere")
    organiser.areas.set([mine])
    later = timezone.now() + timedelta(days=1)
    own, wide, other = (Invitation.objects.create(campaign=campaign, expires_at=later) for _ in range(3))
    own.areas.set([mine])
    other.areas.set([mine, elsewhere])
    assert [link.pk for link, _state in client.get(reverse("accounts:invitations")).context["rows"]] == [own.pk]
    for link in (wide, other):
        assert client.get(reverse("accounts:invitation", args=[link.pk])).status_code == 404
        assert client.post(reverse("accounts:revoke_invitation", args=[link.pk])).status_code == 404
        link.refresh_from_db()
        assert link.revoked_at is None


def test_the_search_of_the_team_takes_any_text(client, owner):
    for words in ("\x00", "%", "\\", "'", "x" * 5000, "\u202e"):
        assert client.get(reverse("accounts:team"), {"q": words, "page": "99999999999999999999"}).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"who": "\x00"},
        {"who": "%' OR 1=1 --"},
        {"verb": "x" * 65},
        {"action": "nonsense"},
        {"subject": "people.person:99999999999999999999999"},
        {"subject": "DROP TABLE"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"since": "31/02/2026"},
        {"before": "-1"},
        {"before": "99999999999999999999999"},
    ],
    ids=str,
)
def test_the_audit_log_takes_any_filter(client, owner, asked):
    record("look", by=owner.user)
    for name in ("audit", "audit_export"):
        answer = client.get(reverse(f"accounts:{name}"), asked)
        assert answer.status_code == 200
        # An export streams: what breaks, breaks while it is read.
        assert b"".join(answer)

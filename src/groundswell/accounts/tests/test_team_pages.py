import csv
import io
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

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

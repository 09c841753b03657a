from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Membership
from groundswell.accounts.tests.builders import make_campaign, make_member, make_user, sign_in
from groundswell.campaigns.models import Answer
from groundswell.phonebank import bank_settings
from groundswell.phonebank.enums import QueueState
from groundswell.phonebank.models import Call, CallerStatus, Flag, PhoneBank, QueueEntry, Skip
from groundswell.phonebank.tests.caller_world import CallerWorld
from groundswell.places.models import Area

pytestmark = pytest.mark.django_db

FRAGMENT = {"X-Groundswell": "fragment"}


@pytest.fixture
def world() -> CallerWorld:
    return CallerWorld()


def url(world: CallerWorld, name: str = "call") -> str:
    return reverse(f"phonebank:{name}", args=[world.bank.pk])


def fields(html: str, outcome: str = "no_answer", **more: str) -> dict[str, str]:
    """What a browser without scripts would post from this page's result form."""
    form = html[html.index('id="result"') : html.index("</form>", html.index('id="result"'))]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    chosen = re.search(r'name="person" value="(\d+)"[^>]* checked', form)
    if chosen:
        hidden["person"] = chosen[1]
    return {**hidden, "outcome": outcome, **more}


def test_a_caller_sees_one_household_and_the_words_to_say(world):
    world.household("Siân Wyllt", "Tom Wyllt")
    page = world.client().get(url(world)).content.decode()
    assert "Siân Wyllt" in page
    assert 'href="tel:+441632960001"' in page
    assert "Call 01632 960001" in page
    assert "my name is Ada Lovelace. I am a volunteer calling on behalf of Fairer Walthamstow" in page
    assert "Let your own number show" in page
    assert "Not rung before" in page
    assert "1 Tower Hamlets Road" in page


def test_without_scripts_a_result_is_posted_and_the_next_household_comes(world):
    world.household()
    world.household()
    client = world.client()
    first = client.get(url(world)).content.decode()
    answer = client.post(url(world, "result"), fields(first), follow=True)
    assert answer.redirect_chain == [(url(world), 302)]
    assert "Voter Number2" in answer.content.decode()
    call = Call.objects.get()
    assert (call.outcome.code, call.entry.household.address_lines) == ("no_answer", "1 Tower Hamlets Road")


def test_with_our_script_the_same_request_brings_the_next_household(world):
    world.household()
    world.household()
    client = world.client()
    first = client.get(url(world)).content.decode()
    answer = client.post(url(world, "result"), fields(first), headers=FRAGMENT)
    markup = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in markup
    assert "Saved: No answer" in markup
    assert "Voter Number2" in markup


def test_the_same_result_three_times_is_one_record(world):
    world.household()
    world.household()
    client = world.client()
    posted = fields(client.get(url(world)).content.decode())
    pages = [client.post(url(world, "result"), posted, headers=FRAGMENT).content.decode() for _ in range(3)]
    assert Call.objects.count() == 1
    assert all("Voter Number2" in page for page in pages)


def test_two_tabs_with_the_same_household_hold_the_same_key(world):
    world.household()
    client = world.client()
    keys = [fields(client.get(url(world)).content.decode())["client_uuid"] for _ in range(2)]
    assert keys[0] == keys[1]


def test_a_cycle_takes_at_most_six_queries(world, django_assert_max_num_queries):
    for _ in range(4):
        world.household("Siân Wyllt", "Tom Wyllt", "Mair Wyllt")
    client = world.client()
    page = client.get(url(world)).content.decode()
    page = client.post(url(world, "result"), fields(page), headers=FRAGMENT).content.decode()
    with django_assert_max_num_queries(6) as caught:
        client.post(url(world, "result"), fields(page), headers=FRAGMENT)
    assert len(caught.captured_queries) == 1


def test_answers_belong_to_the_person_spoken_to(world):
    entry = world.household("Siân Wyllt", "Tom Wyllt")
    client = world.client()
    page = client.get(url(world)).content.decode()
    tom = entry.household.people.get(given_names="Tom")
    option = world.voter_id.options.first()
    posted = fields(page, "completed", person=str(tom.pk))
    posted[f"answer-{tom.pk}-{world.voter_id.pk}"] = str(option.pk)
    client.post(url(world, "result"), posted, headers=FRAGMENT)
    answer = Answer.objects.get()
    assert (answer.person, answer.option) == (tom, option)
    assert Call.objects.get().is_identified


def test_answers_pressed_before_the_outcome_changed_its_mind_do_not_count(world):
    entry = world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    person = entry.household.people.get()
    posted = fields(page, "no_answer")
    posted[f"answer-{person.pk}-{world.voter_id.pk}"] = str(world.voter_id.options.first().pk)
    client.post(url(world, "result"), posted, headers=FRAGMENT)
    assert Call.objects.get().outcome.code == "no_answer"
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"outcome": ""}, "Choose how the call went."),
        ({"outcome": "sang"}, "is not an outcome we know"),
        ({"outcome": "call_back"}, "Choose when to call back."),
        ({"client_uuid": "x"}, "Please reload the page."),
    ],
)
def test_a_result_that_makes_no_sense_is_refused_in_words_and_nothing_is_lost(world, change, says):
    world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    answer = client.post(url(world, "result"), {**fields(page, note="She likes trams"), **change}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "She likes trams" in answer.content.decode()
    assert not Call.objects.exists()


def test_an_agreed_call_back_keeps_its_time_and_its_caller(world):
    entry = world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    at = timezone.localtime() + timezone.timedelta(hours=3)
    posted = fields(page, "call_back", call_back_at=at.strftime("%Y-%m-%dT%H:%M"), call_back_mine="1")
    client.post(url(world, "result"), posted, headers=FRAGMENT)
    entry.refresh_from_db()
    assert entry.is_call_back
    assert entry.call_back_for == Call.objects.get().caller
    assert entry.due_at == at.replace(second=0, microsecond=0)


def test_undo_brings_the_household_back_and_lets_another_result_be_saved(world):
    world.household()
    world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    client.post(url(world, "result"), fields(page), headers=FRAGMENT)
    back = client.post(url(world, "undo"), headers=FRAGMENT).content.decode()
    assert "Undone. Here is that household again." in back
    assert "Voter Number1" in back
    client.post(url(world, "result"), fields(back, "engaged"), headers=FRAGMENT)
    assert [c.outcome.code for c in Call.objects.filter(undone_at__isnull=True)] == ["engaged"]


def test_undo_after_staying_with_the_household_lets_another_result_be_saved(world):
    world.household("Siân Wyllt", "Tom Wyllt")
    client = world.client()
    page = client.get(url(world)).content.decode()
    page = client.post(url(world, "result"), fields(page, "completed", keep="1"), headers=FRAGMENT).content.decode()
    assert "Tom Wyllt" in page
    back = client.post(url(world, "undo"), headers=FRAGMENT).content.decode()
    answer = client.post(url(world, "result"), fields(back, "engaged"), headers=FRAGMENT)
    assert "Saved: Engaged" in answer.content.decode()
    assert [c.outcome.code for c in Call.objects.filter(undone_at__isnull=True)] == ["engaged"]


def test_a_skip_has_a_reason_and_gives_the_next(world):
    world.household()
    world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    posted = fields(page, reason="know_them")
    assert "Voter Number2" in client.post(url(world, "skip"), posted, headers=FRAGMENT).content.decode()
    assert Skip.objects.get().reason == "I know them"


def test_a_skip_without_a_reason_stays(world):
    world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    answer = client.post(url(world, "skip"), fields(page, reason="because"), headers=FRAGMENT).content.decode()
    assert "Say why" in answer
    assert "Voter Number1" in answer
    assert not Skip.objects.exists()


def test_a_flag_takes_the_household_out_until_it_is_solved(world):
    entry = world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    answer = client.post(url(world, "flag"), fields(page, note="They run a shop"), headers=FRAGMENT).content.decode()
    assert "The organiser has been told." in answer
    assert Flag.objects.get(entry=entry).note == "They run a shop"
    assert "waiting for the organiser" in answer


def test_pause_gives_the_household_back_and_resume_brings_one(world):
    world.household()
    client = world.client()
    client.get(url(world))
    assert "Take your time" in client.post(url(world, "pause"), follow=True).content.decode()
    assert not QueueEntry.objects.filter(leased_by__isnull=False).exists()
    assert "Voter Number1" in client.post(url(world, "resume"), follow=True).content.decode()
    assert CallerStatus.objects.get().paused_at is None


def test_the_open_page_keeps_the_household(world):
    entry = world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    QueueEntry.objects.update(leased_until=timezone.now() + timezone.timedelta(seconds=5))
    assert client.post(url(world, "heartbeat"), fields(page)).status_code == 204
    entry.refresh_from_db()
    assert entry.leased_until > timezone.now() + timezone.timedelta(minutes=5)


def test_a_page_whose_household_went_on_is_told(world):
    world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    client.post(url(world, "pause"))
    assert client.post(url(world, "heartbeat"), fields(page)).status_code == 410


def test_an_empty_list_says_kindly_why(world):
    page = world.client().get(url(world)).content.decode()
    assert "no longer" not in page
    assert "data-quiet" in page


def test_outside_hours_says_when_to_come_back(world):
    world.household()
    tomorrow = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(timezone.localtime().weekday() + 1) % 7]
    world.bank.hours = {tomorrow: ["10:00", "11:00"]}
    world.bank.version += 1
    world.bank.save()
    bank_settings.forget()
    page = world.client().get(url(world)).content.decode()
    assert "Too early or too late to ring" in page
    assert "at 10:00" in page


def test_revoking_a_caller_takes_effect_on_the_next_request(world):
    world.household()
    world.household()
    membership = world.caller()
    client = world.client(membership)
    page = client.get(url(world)).content.decode()
    membership.revoked_at = timezone.now()
    membership.save()
    answer = client.post(url(world, "result"), fields(page), headers=FRAGMENT).content.decode()
    assert "You are no longer on this phone bank" in answer
    assert "Voter" not in answer


def test_removing_a_caller_on_the_teams_page_frees_their_household_and_they_are_out(world):
    entry = world.household()
    vera, organiser = world.caller("Vera"), make_member(Role.ORGANISER, world.campaign)
    client = world.client(vera)
    page = client.get(url(world)).content.decode()
    assert QueueEntry.objects.get(pk=entry.pk).leased_by == vera.user
    removed = sign_in(Client(), organiser.user).post(reverse("accounts:revoke_membership", args=[vera.pk]))
    assert removed.status_code == 302
    freed = QueueEntry.objects.get(pk=entry.pk)
    assert (freed.state, freed.leased_by) == (QueueState.READY, None)
    assert (
        "You are no longer on this phone bank"
        in client.post(url(world, "result"), fields(page), headers=FRAGMENT).content.decode()
    )
    assert not Call.objects.exists()
    assert "Voter Number1" in world.client(world.caller("Tom")).get(url(world)).content.decode()


def test_a_caller_of_some_areas_is_offered_and_handed_those_alone(world):
    ward = Area.objects.create(kind="ward", boundary_set="test", code="HS", name="Hoe Street", parent=world.seat)
    far = Area.objects.create(kind="ward", boundary_set="test", code="F", name="Far")
    elsewhere = PhoneBank.objects.create(campaign=world.campaign, name="Elsewhere", script=world.script, status="open")
    elsewhere.areas.add(far)
    world.household()
    vera = world.caller("Vera")
    vera.areas.add(world.seat)
    client = world.client(vera)
    calling = reverse("phonebank:calling")
    # What rings everywhere is not for somebody of some areas.
    assert list(client.get(calling).context["banks"]) == []
    assert "Voter Number1" not in client.get(url(world)).content.decode()
    world.bank.areas.add(ward)
    assert client.get(calling)["Location"] == url(world)
    assert "Voter Number1" in client.get(url(world)).content.decode()
    not_theirs = reverse("phonebank:call", args=[elsewhere.pk])
    assert "You are no longer on this phone bank" in client.get(not_theirs).content.decode()


def test_another_campaigns_phone_bank_is_not_there(world):
    world.household()
    stranger = sign_in(Client(), make_member(Role.CALLER, make_campaign()).user)
    assert stranger.get(url(world)).status_code == 404


def test_a_visitor_is_asked_to_sign_in(world, client):
    answer = client.get(url(world))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_the_only_open_phone_bank_is_gone_to_at_once(world):
    assert world.client().get(reverse("phonebank:calling"))["Location"] == url(world)


def test_a_caller_who_was_removed_is_told_kindly_and_whom_to_ask(world):
    world.household()
    vera = world.caller("Vera")
    client = world.client(vera)
    calling = reverse("phonebank:calling")
    assert client.get(calling)["Location"] == url(world)
    Membership.objects.filter(pk=vera.pk).update(revoked_at=timezone.now(), granted_by=world.organiser)
    page = client.get(calling).content.decode()
    assert "Your part in Walthamstow 2029 has ended" in page
    assert "ask Olu" in page
    assert 'href="tel:02079460123"' in page
    assert "No phone bank is open" not in page


def test_somebody_who_has_joined_nothing_yet_is_told_what_is_missing(world):
    page = sign_in(Client(), make_user("Wim")).get(reverse("phonebank:calling")).content.decode()
    assert "You are not part of a campaign yet" in page
    assert "has ended" not in page


def test_the_result_form_needs_its_token(world):
    world.household()
    client = world.client(enforce_csrf_checks=True)
    page = client.get(url(world)).content.decode()
    assert client.post(url(world, "result"), fields(page), headers=FRAGMENT).status_code == 200
    posted = {**fields(page), "csrfmiddlewaretoken": "wrong"}
    assert client.post(url(world, "result"), posted, headers=FRAGMENT).status_code == 403


def test_a_late_result_that_makes_no_sense_is_told_to_the_organiser_once(world):
    entry = world.household()
    client = world.client()
    page = client.get(url(world)).content.decode()
    client.post(url(world, "pause"), headers=FRAGMENT)
    posted = fields(page, "call_back", note="She likes trams")
    for _time in range(2):
        answer = client.post(url(world, "result"), posted, headers=FRAGMENT)
        assert (answer.status_code, answer["X-Groundswell-Told"]) == (200, "yes")
        assert "The organiser has been told of it." in answer.content.decode()
    flag = Flag.objects.get()
    assert flag.entry == entry
    for words in ("Call back", "Choose when to call back.", "She likes trams"):
        assert flag.note.count(words) == 1, words
    entry.refresh_from_db()
    assert entry.state == QueueState.BLOCKED
    assert AuditEvent.objects.filter(verb="flag_household", subject_id=entry.pk).count() == 1
    assert not Call.objects.exists()
    client.post(url(world, "result"), {**posted, "note": "And buses"}, headers=FRAGMENT)
    assert Flag.objects.get().note.count("\n") == 1


def test_a_late_result_that_makes_no_sense_leaves_the_household_with_whoever_has_it(world):
    entry = world.household()
    client, other = world.client(), world.client(world.caller("Bea"))
    page = client.get(url(world)).content.decode()
    client.post(url(world, "pause"), headers=FRAGMENT)
    other.get(url(world))
    client.post(url(world, "result"), fields(page, "sang"), headers=FRAGMENT)
    entry.refresh_from_db()
    assert entry.state == QueueState.LEASED
    assert "no outcome that we know" in Flag.objects.get().note


def test_what_can_be_neither_recorded_nor_told_stays_on_the_phone(world):
    """409: the phone keeps it in sight. A stranger to the household tells no organiser anything."""
    entry = world.household()
    client, stranger = world.client(), world.client(world.caller("Bea"))
    page = client.get(url(world)).content.decode()
    for outcome in ("no_answer", "sang"):
        refused = stranger.post(url(world, "result"), fields(page, outcome), headers=FRAGMENT)
        assert refused.status_code == 409, outcome
        assert "saved" in refused.content.decode()
    assert not Flag.objects.exists()
    QueueEntry.objects.filter(pk=entry.pk).delete()
    assert client.post(url(world, "result"), fields(page), headers=FRAGMENT).status_code == 409
    assert client.post(url(world, "result"), fields(page, "sang"), headers=FRAGMENT).status_code == 409
    assert not Call.objects.exists()

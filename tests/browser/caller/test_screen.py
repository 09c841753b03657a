"""The caller's phone in a real browser: 360 px wide, one thumb, one household."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from browser.caller.pressing import heading, press, results, save
from browser.looking import PHONE, enter, fits, serious, too_small
from groundswell.campaigns.models import Answer, CribSheet, ScriptStep
from groundswell.phonebank.models import Call, Flag, QueueEntry, Skip
from groundswell.phonebank.operations.leases import solve_flag

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_save_and_next_is_one_request(world, open_call, page: Page):
    world.household()
    world.household()
    open_call(page)
    heading(page, "Voter Number1")
    sent: list[Request] = []
    page.on("request", lambda r: sent.append(r) if r.resource_type in {"fetch", "document"} else None)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    assert [(r.method, r.url.rsplit("/", 2)[-2]) for r in sent] == [("POST", "result")]
    assert results() == [("1", "no_answer")]
    expect(page.locator("#state")).to_have_text("Saved")


def test_the_number_can_be_tapped_and_is_large_enough(world, open_call, page: Page):
    world.household("Siân Wyllt")
    open_call(page)
    link = page.get_by_role("link", name="Call 01632 960001")
    assert link.get_attribute("href") == "tel:+441632960001"
    assert too_small(page, "main a", "header button", "main label:has(> input)") == []
    assert fits(page)


def test_the_household_is_one_of_several_people(world, open_call, page: Page):
    entry = world.household("Siân Wyllt", "Tom Okafor", "Mair Wyllt")
    world.household()
    open_call(page)
    heading(page, "Siân Wyllt")
    page.get_by_role("radio", name="Tom").check()
    heading(page, "Tom Okafor")
    expect(page.get_by_role("heading", name="Siân Wyllt")).to_be_hidden()
    press(page, "Spoke")
    question = page.get_by_role("group", name=world.voter_id.text).locator("visible=true")
    question.get_by_role("radio").first.check()
    save(page)
    heading(page, "Voter Number2")
    answer = Answer.objects.get()
    assert answer.person == entry.household.people.get(given_names="Tom")
    assert Call.objects.get().person == answer.person


def test_questions_appear_with_the_conversation_and_branch(world, open_call, page: Page):
    step = ScriptStep.objects.get(script=world.script, question=world.poster)
    ours = world.voter_id.options.first()
    step.show_if.add(ours)
    world.household()
    open_call(page)
    asked = page.get_by_role("group", name=world.voter_id.text)
    then = page.get_by_role("group", name=world.poster.text)
    expect(asked).to_be_hidden()
    press(page, "Spoke")
    expect(asked).to_be_visible()
    expect(then).to_be_hidden()
    asked.get_by_role("radio", name=ours.label, exact=True).check()
    expect(then).to_be_visible()
    then.get_by_role("radio").first.check()
    asked.get_by_role("radio").nth(2).check()
    expect(then).to_be_hidden()
    save(page)
    expect(page.locator(".quiet-screen h1")).to_be_visible()
    assert [a.question for a in Answer.objects.all()] == [world.voter_id]


def test_undo_brings_the_household_back(world, open_call, page: Page):
    world.household()
    world.household()
    open_call(page)
    press(page, "Wrong number")
    save(page)
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Undo").click()
    heading(page, "Voter Number1")
    press(page, "Engaged")
    save(page)
    heading(page, "Voter Number2")
    assert results() == [("1", "engaged")]


def test_a_call_back_is_picked_in_two_taps(world, open_call, page: Page):
    entry = world.household()
    open_call(page)
    press(page, "Call back")
    page.get_by_role("button", name="Tomorrow evening").click()
    page.get_by_role("radio", name="Anyone may").check()
    save(page)
    expect(page.get_by_text("asked to be rung at another time")).to_be_visible()
    entry.refresh_from_db()
    assert entry.is_call_back
    assert entry.call_back_for is None


def test_skip_flag_and_pause(world, open_call, page: Page):
    for _ in range(3):
        world.household()
    open_call(page)
    page.get_by_role("button", name="Skip").click()
    skip = page.get_by_role("dialog").get_by_role("button", name="Skip", exact=True)
    skip.click()  # nobody's reason is chosen for them
    heading(page, "Voter Number1")
    page.get_by_role("radio", name="I know them").check()
    skip.click()
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Tell organiser").click()
    page.get_by_label("What is the matter?").fill("They run a shop")
    page.get_by_role("button", name="Send, and go to the next").click()
    heading(page, "Voter Number3")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    assert not QueueEntry.objects.filter(leased_by__isnull=False).exists()
    page.get_by_role("button", name="Carry on calling").click()
    heading(page, "Voter Number3")
    assert (Skip.objects.count(), Flag.objects.count()) == (1, 1)


def test_a_mistake_is_told_on_the_same_page(world, open_call, page: Page):
    world.household()
    open_call(page)
    # A page that was open while the organiser changed the outcomes.
    page.evaluate("() => { document.querySelector('[data-outcome=no_answer]').value = 'sang'; }")
    press(page, "No answer")
    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("After work")
    save(page)
    expect(page.get_by_text("is not an outcome we know")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("After work")
    assert results() == []


def test_without_an_outcome_the_page_asks_for_one(world, open_call, page: Page):
    world.household()
    open_call(page)
    save(page)
    expect(page.get_by_role("radio", name="Spoke", exact=True)).to_be_focused()
    heading(page, "Voter Number1")
    press(page, "Call back")
    save(page)
    expect(page.get_by_label("Day and time")).to_be_focused()
    # What is asked for no longer must not stop the form from where nobody sees it.
    page.get_by_label("Day and time").fill("2020-01-01T10:00")
    press(page, "No answer")
    save(page)
    expect(page.locator(".quiet-screen h1")).to_be_visible()
    assert results() == [("1", "no_answer")]


def test_the_outcomes_are_one_tap_away(world, open_call, page: Page):
    """All of the first ones lie on the first screen, above the bar, for a household rung before."""
    world.household()
    world.household()
    open_call(page)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    hidden = page.evaluate(
        """() => {
             const bar = document.querySelector(".call-bar").getBoundingClientRect().top;
             const all = [...document.querySelectorAll(".outcomes > .pair .outcome")];
             return [all.length, all.filter((e) => e.getBoundingClientRect().bottom > bar).length, scrollY];
           }"""
    )
    assert hidden == [8, 0, 0]


def test_the_previous_contact_is_one_line_and_my_calls_are_counted(world, open_call, page: Page):
    entry = world.household("Siân Wyllt", "Tom Okafor")
    open_call(page)
    line = page.locator(".call-count")
    expect(line).to_contain_text("Not rung before")
    expect(line).to_contain_text("Call 1")
    press(page, "Spoke")
    page.get_by_role("button", name="Save, then speak to someone else here").click()
    expect(line).to_contain_text("Last: Spoke")
    expect(line).to_contain_text("Call 2")
    assert page.evaluate("() => document.querySelector('.call-count').getBoundingClientRect().height") < 30
    assert Call.objects.get().household == entry.household
    press(page, "No answer")
    save(page)
    expect(page.get_by_text("You made 2 calls today.")).to_be_visible()


def test_undo_is_offered_for_half_a_minute(world, open_call, page: Page):
    world.household()
    world.household()
    page.clock.install()
    open_call(page)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    expect(page.get_by_text("Saved: No answer")).to_be_visible()
    page.clock.run_for(29_000)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    expect(page.get_by_text("Saved: No answer")).to_be_hidden()


def test_a_call_back_of_mine_and_times_gone_by_are_not_offered(world, open_call, page: Page):
    entry = world.household()
    page.clock.install(time="2031-03-03T20:15:00Z")
    open_call(page)
    press(page, "Call back")
    expect(page.get_by_role("button", name="In an hour")).to_be_visible()
    expect(page.get_by_role("button", name="This evening")).to_be_hidden()
    page.get_by_role("button", name="Tomorrow evening").click()
    expect(page.get_by_label("Day and time")).to_have_value("2031-03-04T18:30")
    page.get_by_role("button", name="In an hour").click()
    expect(page.get_by_label("Day and time")).to_have_value("2031-03-03T21:15")
    expect(page.get_by_role("radio", name="I will ring")).to_be_checked()
    assert entry.call_back_for is None


def test_a_caller_abroad_agrees_times_by_the_clocks_of_those_rung(world, caller, live_server, browser):
    world.household()
    context = browser.new_context(viewport=PHONE, timezone_id="America/New_York")
    enter(context, live_server, caller)
    page = context.new_page()
    page.clock.install(time="2031-03-03T09:00:00Z")
    page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))
    press(page, "Call back")
    page.get_by_role("button", name="This evening").click()
    expect(page.get_by_label("Day and time")).to_have_value("2031-03-03T18:30")
    expect(page.get_by_text("By the clocks of Europe/London.")).to_be_visible()
    context.close()


def test_a_flagged_household_is_rung_again_only_when_solved(world, open_call, page: Page):
    world.household()
    open_call(page)
    page.get_by_role("button", name="Tell organiser").click()
    page.get_by_label("What is the matter?").fill("They run a shop")
    page.get_by_role("button", name="Send, and go to the next").click()
    expect(page.get_by_text("waiting for the organiser to sort something out")).to_be_visible()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("waiting for the organiser to sort something out")).to_be_visible()
    flag = Flag.objects.get()
    solve_flag(flag_id=flag.pk, solution="Fine", back_in_queue=True, by=world.organiser, now=flag.raised_at)
    page.get_by_role("button", name="Look again").click()
    heading(page, "Voter Number1")


def test_the_crib_notes_of_the_place_open_over_the_call(world, open_call, page: Page):
    CribSheet.objects.create(campaign=world.campaign, area=world.seat, body="The market is **not** closing.")
    world.household()
    open_call(page)
    page.get_by_role("button", name="Crib notes").click()
    drawer = page.get_by_role("dialog", name="Crib notes")
    expect(drawer).to_contain_text("The market is not closing.")
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()
    heading(page, "Voter Number1")


def test_everything_works_by_keyboard(world, open_call, page: Page):
    world.household()
    world.household()
    open_call(page)
    page.get_by_role("radio", name="Spoke", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="No answer", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Crib notes").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Crib notes")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Crib notes")).to_be_hidden()
    assert results() == [("1", "no_answer")]


# What has the focus, and whether something else lies over its middle.
COVERED = """() => {
  const focused = document.activeElement.closest('label') || document.activeElement;
  const box = focused.getBoundingClientRect();
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return focused !== document.body && !(seen && (focused.contains(seen) || seen.contains(focused)))
    ? focused.innerText.trim() : null;
}"""


def test_what_has_the_focus_never_lies_behind_the_bar(world, open_call, page: Page):
    world.household("Siân Wyllt", "Tom Okafor")
    open_call(page)
    page.get_by_text("Something else", exact=True).first.click()
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("link", name="Call 0").first.focus()
    covered = []
    for _ in range(25):
        page.keyboard.press("Tab")
        covered.append(page.evaluate(COVERED))
    assert [text for text in covered if text is not None] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_by_axe(world, open_call, page: Page, scheme):
    world.household("Siân Wyllt", "Tom Okafor")
    page.emulate_media(color_scheme=scheme)
    open_call(page)
    press(page, "Spoke")
    assert serious(page) == []
    for opener in ("Crib notes", "Tell organiser", "Skip", "If asked"):
        page.get_by_role("button", name=opener, exact=True).click()
        assert serious(page) == []
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    assert serious(page) == []


def test_without_javascript_the_basics_work(world, caller, live_server, browser):
    world.household("Siân Wyllt", "Tom Okafor")
    world.household()
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    enter(context, live_server, caller)
    page = context.new_page()
    page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))
    page.get_by_role("radio", name="Tom").check()
    heading(page, "Tom Okafor")
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    context.close()
    assert results() == [("1", "no_answer")]

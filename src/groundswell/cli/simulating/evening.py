"""The evening itself: a host, volunteers and screens, each at their own pace, until everybody has gone home."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from groundswell.cli.simulating.chance import lobby_minutes, plans
from groundswell.cli.simulating.stage import Clock, Course, Findings, Stage
from groundswell.cli.simulating.volunteer import Volunteer
from groundswell.cli.simulating.wire import ETAG, NEXT_IN, Answer, Browser, UnansweredError

CALLS_SHOWN = re.compile(rb'class="stat is-main">.*?<dd>\s*([\d.,]+)', re.DOTALL)
HOST_LOOKS_EVERY = 5.0
LAST_ONES_HAVE = 15.0  # minutes to finish their call after the close
BEHIND_A_TICK = 2.6
WARM_UP = 4
MESSAGES = ((0.25, "A quarter is done, and you are doing wonderfully."), (0.75, "Last stretch: one more each?"))


async def play(stage: Stage, course: Course, *, tell: Callable[[str], None] = lambda _words: None) -> Findings:
    """The whole evening; returns when the last volunteer has gone home."""
    chance = random.Random(course.seed)  # noqa: S311 - plays, does not guard
    findings = Findings()
    await _warm_up(stage, findings)
    clock = Clock(course.speed, lobby=lobby_minutes(course.minutes))
    volunteers = [
        Volunteer(
            index=index,
            browser=Browser(stage.host, stage.port, findings.mishaps, session),
            stage=stage,
            plan=plan,
            clock=clock,
            findings=findings,
            chance=random.Random(chance.random()),  # noqa: S311
        )
        for index, (session, plan) in enumerate(
            zip(
                stage.sessions,
                plans(len(stage.sessions), course.minutes, chance, steady=course.steady),
                strict=True,
            )
        )
    ]
    watching = [
        asyncio.create_task(_watch(stage, findings, late=0.05 + 0.4 * chance.random())) for _ in range(course.screens)
    ]
    watching.append(asyncio.create_task(_progress(clock, course, findings, tell)))
    host = asyncio.create_task(_lead(stage, course, clock, findings))
    calling = [asyncio.create_task(volunteer.attend()) for volunteer in volunteers]
    try:
        await host
        _done, late = await asyncio.wait(calling, timeout=LAST_ONES_HAVE * 60 / course.speed + 60)
        for task in late:
            findings.mishaps.add("a volunteer never came to the end")
            task.cancel()
        findings.over.set()
        findings.last_board = await _last_look(stage, findings)
    finally:
        for task in [host, *calling, *watching]:
            task.cancel()
        ended = await asyncio.gather(host, *calling, *watching, return_exceptions=True)
    for each in ended:
        if isinstance(each, Exception):
            raise each
    findings.requests = findings.polls + sum(volunteer.requests for volunteer in volunteers)
    return findings


async def _warm_up(stage: Stage, findings: Findings) -> None:
    """A server that has just started reads its templates first: a few looks at the host's page and at the board."""
    for path in [
        f"/phonebank/sessions/{stage.session_id}/",
        f"/phonebank/sessions/{stage.session_id}/practice/",
        f"/phonebank/board/{stage.board_key}/numbers/",
    ] * WARM_UP:
        with Browser(stage.host, stage.port, findings.mishaps, stage.host_session) as browser:
            await browser.get(path)


async def _lead(stage: Stage, course: Course, clock: Clock, findings: Findings) -> None:
    """The host: opens at the hour, says a word, watches who needs help, closes."""
    with Browser(stage.host, stage.port, findings.mishaps, stage.host_session) as browser:
        where = f"/phonebank/sessions/{stage.session_id}/host/"
        await _surely(lambda: browser.get(where))
        await clock.until(0)
        await _surely(lambda: browser.post(f"{where}begin/"))
        began = clock.now
        said = [(share * course.minutes, words) for share, words in MESSAGES]
        while clock.minute < course.minutes:
            if said and clock.minute >= said[0][0]:
                words = said.pop(0)[1]
                await _surely(lambda words=words: browser.post(f"{where}message/", {"text": words}))  # type: ignore[misc]
            with suppress(UnansweredError):
                await browser.get(f"{where}live/", part=True)
            await asyncio.sleep(min(HOST_LOOKS_EVERY, max(0.05, (course.minutes - clock.minute) * 60 / course.speed)))
        findings.closed.set()
        await _surely(lambda: browser.post(f"{where}close/"))
        findings.open_seconds = clock.now - began


async def _watch(stage: Stage, findings: Findings, *, late: float) -> None:
    """One screen with the board, asking as board.js does; how far behind it is while the session runs."""
    with Browser(stage.host, stage.port, findings.mishaps) as browser:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(late)
        shown, etag = -1, ""
        while not findings.over.is_set():
            wait = 2.0
            try:
                answer = await browser.get(
                    f"/phonebank/board/{stage.board_key}/numbers/", etag=etag, expects=(200, 304)
                )
            except UnansweredError:
                pass
            else:
                if 0 <= shown < len(findings.acknowledged) and not findings.closed.is_set():
                    findings.staleness = max(findings.staleness, loop.time() - findings.acknowledged[shown])
                if answer.status == 200:
                    shown, etag = calls_shown(answer.body), answer.found(ETAG)
                wait = float(answer.found(NEXT_IN) or 2)
            findings.polls += 1
            await asyncio.sleep(wait + late)


async def _last_look(stage: Stage, findings: Findings) -> int | None:
    """What the board says once everybody has gone."""
    await asyncio.sleep(BEHIND_A_TICK)
    with Browser(stage.host, stage.port, findings.mishaps) as browser:
        try:
            answer = await browser.get(f"/phonebank/board/{stage.board_key}/numbers/")
        except UnansweredError:
            return None
        return calls_shown(answer.body)


def calls_shown(markup: bytes) -> int:
    """The calls that a board shows; -1 if it shows none."""
    found = CALLS_SHOWN.search(markup)
    return int(re.sub(rb"[.,]", b"", found[1])) if found else -1


async def _progress(clock: Clock, course: Course, findings: Findings, tell: Callable[[str], None]) -> None:
    """A line for the terminal, every ten seconds."""
    while True:
        await asyncio.sleep(10)
        tell(
            f"minute {min(clock.minute, course.minutes):.0f} of {course.minutes:g}: "
            f"{len(findings.results):,} calls, {findings.mishaps.count} errors"
        )


async def _surely(ask: Callable[[], Awaitable[Answer]], *, tries: int = 300) -> None:
    """Press again until it has been done: a host does not go home because the server hiccups."""
    for _try in range(tries):
        try:
            answer = await ask()
        except UnansweredError:
            pass
        else:
            if answer.status < 500:
                return
        await asyncio.sleep(0.2)
    raise UnansweredError("the host was never answered")

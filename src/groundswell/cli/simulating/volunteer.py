"""One volunteer with a phone: comes in, practises, waits, rings, has a break, loses the signal, goes home.

The phone does what ours does: a result that got no answer is sent again, the same, until it has one.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from groundswell.cli.benching.driver import FIELDS, NUMBER
from groundswell.cli.simulating.chance import AT_WORK, BREAK, Plan, dial
from groundswell.cli.simulating.stage import Clock, Findings, Result, Stage
from groundswell.cli.simulating.wire import ETAG, Answer, Browser, UnansweredError

ANSWER = re.compile(rb'<input type="radio" name="(answer-(\d+)-\d+)"[^>]*? value="(\d+)"')
EVERY = re.compile(rb'hx-trigger="every (\d+)s"')
LINE_EVERY = re.compile(rb'data-every="(\d+)"')
LIVE = b'data-phase="live"'
SPREAD = re.compile(rb'data-spread="(\d+)"')
GOES = re.compile(rb'data-goes="([^"]+)"')
SPEAKING = {"completed", "refused_today", "part_completed", "other_member", "do_not_call"}
HEARTBEAT = 60.0
NEVER_ANSWERED = 300.0


@dataclass
class Volunteer:
    """One of those who came."""

    index: int
    browser: Browser
    stage: Stage
    plan: Plan
    clock: Clock
    findings: Findings
    chance: random.Random
    form: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)
    has_signal: bool = True
    goes: str = ""
    line_every: float = 15.0
    # A browser asks for several things at once.
    aside: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.aside = Browser(self.browser.host, self.browser.port, self.browser.mishaps, self.browser.session)

    @property
    def requests(self) -> int:
        return self.browser.requests + self.aside.requests

    @property
    def lobby(self) -> str:
        return f"/phonebank/sessions/{self.stage.session_id}/"

    @property
    def calling(self) -> str:
        return f"/phonebank/calling/{self.stage.bank_id}/"

    async def attend(self) -> None:
        """The whole evening."""
        await self.clock.until(self.plan.arrives)
        await self._until_answered(lambda: self.browser.get(self.lobby))
        await self._until_answered(lambda: self.browser.post(f"{self.lobby}join/"))
        page = await self._until_answered(lambda: self.browser.get(self.lobby))
        if self.plan.practises:
            await self._practise()
        page = await self._wait_for_the_start(page)
        if self.clock.minute < 1:
            await self.clock.wait(self.plan.hesitates)
        await self._wait_for_their_moment(page)
        while self.calling.encode() not in (await self._press_start()).head:
            await self.clock.wait(0.1)  # too early by a moment, they are told
        page = await self._until_answered(lambda: self.browser.get(self.calling))
        asides = [asyncio.create_task(self._watch_the_line()), asyncio.create_task(self._beat())]
        try:
            thanked = await self._call(page)
        finally:
            for aside in asides:
                aside.cancel()
            await asyncio.gather(*asides, return_exceptions=True)
        if thanked:
            await self._until_answered(lambda: self.browser.get(f"{self.lobby}thanks/"))
            self.findings.thanked += 1
        self.browser.hang_up()
        self.aside.hang_up()

    async def _practise(self) -> None:
        await self._until_answered(lambda: self.browser.get(f"{self.lobby}practice/"))
        await self.clock.wait(self.chance.uniform(0.5, 1.5))
        await self._until_answered(
            lambda: self.browser.post(
                f"{self.lobby}practice/result/", {"outcome": "completed"}, part=True, expects=(200,)
            )
        )

    async def _wait_for_the_start(self, page: Answer) -> Answer:
        """Until the countdown is at its end or the host has begun; what was shown last."""
        every = EVERY.search(page.body)
        seconds = float(every[1]) if every else 4.0
        etag = ""
        while LIVE not in page.body and self.clock.minute < 0:
            to_go = -self.clock.minute * 60 / self.clock.speed
            await asyncio.sleep(min(seconds * self.chance.uniform(0.9, 1.1), to_go))
            with suppress(UnansweredError):
                answer = await self.browser.get(f"{self.lobby}here/", etag=etag, expects=(200, 304))
                if answer.status == 200:
                    page, etag = answer, answer.found(ETAG)
        return page

    async def _wait_for_their_moment(self, page: Answer) -> None:
        """Where thousands begin at once, each phone goes in at a moment of its own, as lobby.js does."""
        spread = SPREAD.search(page.body)
        moment = self.clock.begin + self.chance.random() * float(spread[1] if spread else 0)
        await asyncio.sleep(max(0.0, moment - self.clock.now))

    async def _press_start(self) -> Answer:
        return await self._until_answered(lambda: self.browser.post(f"{self.lobby}start/"))

    async def _call(self, page: Answer) -> bool:
        """Household after household; whether they said goodbye."""
        works_until = self._works_until()
        while True:
            self._read(page.body)
            if not self.form:
                if self._is_over(page):
                    return True
                await asyncio.sleep(min(15.0, 60 / self.clock.speed * 5))
                page = await self._until_answered(lambda: self.browser.get(self.calling))
                continue
            if self.plan.leaves is not None and self.clock.minute >= self.plan.leaves:
                await self._until_answered(lambda: self.browser.post(f"{self.lobby}leave/"))
                self.form = {}
                return True
            if self.clock.minute >= works_until and not self.findings.closed.is_set():
                page = await self._have_a_break()
                works_until = self._works_until()
                continue
            rung = dial(self.plan, self.chance)
            await self.clock.wait(rung.minutes)
            if self.plan.closes_laptop is not None and self.clock.minute >= self.plan.closes_laptop:
                self.findings.in_hand.append(int(self.form["entry"]))
                return False
            page = await self._save(rung.outcome)

    def _works_until(self) -> float:
        if not self.plan.takes_breaks:
            return float("inf")
        return self.clock.minute + self.chance.uniform(*AT_WORK)

    async def _have_a_break(self) -> Answer:
        """The household goes back; tea, unless the evening ends meanwhile; another."""
        await self._until_answered(
            lambda: self.browser.post(f"{self.calling}pause/", self.form, part=True, expects=(200,))
        )
        self.form = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(self.chance.uniform(*BREAK) * 60 / self.clock.speed):
                await self.findings.closed.wait()
        return await self._until_answered(
            lambda: self.browser.post(f"{self.calling}resume/", part=True, expects=(200,))
        )

    async def _save(self, outcome: str) -> Answer:
        """Save and next; where there is no signal, later."""
        fields = {**self.form, "outcome": outcome, "note": ""}
        if outcome in SPEAKING:
            fields |= {name: self.chance.choice(options) for name, options in self.answers.items()}
        lost = self.plan.loses_signal
        if lost is not None and lost <= self.clock.minute < lost + self.plan.signal_gone_for:
            fields["occurred_at"] = datetime.now(UTC).isoformat()
            self.has_signal = False
            self.browser.hang_up()
            await self.clock.until(lost + self.plan.signal_gone_for)
            self.has_signal = True
        pressed = time.perf_counter()
        page = await self._until_answered(
            lambda: self.browser.post(f"{self.calling}result/", fields, part=True, expects=(200,))
        )
        self.findings.saving.append(time.perf_counter() - pressed)
        if page.status == 200:
            self.findings.acknowledged.append(asyncio.get_running_loop().time())
            self.findings.results.append(Result(fields["client_uuid"], int(fields["entry"]), self.index, outcome))
        return page

    def _read(self, page: bytes) -> None:
        """The household on the page, if there is one."""
        found = {name: pattern.search(page) for name, pattern in FIELDS.items()}
        self.form, self.answers = {}, {}
        if not all(found.values()):
            return
        form = {name: match[1].decode() for name, match in found.items() if match}
        for name, person, number in NUMBER.findall(page):
            if person.decode() == form["person"]:
                form[name.decode()] = number.decode()
                break
        for name, person, option in ANSWER.findall(page):
            if person.decode() == form["person"]:
                self.answers.setdefault(name.decode(), []).append(option.decode())
        self.form = form

    def _is_over(self, page: Answer) -> bool:
        thanks = f"{self.lobby}thanks/"
        return self.goes == thanks or thanks.encode() in page.body

    async def _watch_the_line(self) -> None:
        """What the strip on the caller's screen asks for, as often as it is told."""
        etag = ""
        while True:
            seconds = 15.0
            if self.has_signal:
                with suppress(UnansweredError):
                    answer = await self.aside.get(
                        f"{self.calling}session/", part=True, etag=etag, expects=(200, 204, 304)
                    )
                    if answer.status == 200:
                        every, goes = LINE_EVERY.search(answer.body), GOES.search(answer.body)
                        self.goes = goes[1].decode() if goes else ""
                        self.line_every = float(every[1]) if every else 15.0
                    seconds = 30.0 if answer.status == 204 else self.line_every
            await asyncio.sleep(seconds * self.chance.uniform(0.85, 1.15))

    async def _beat(self) -> None:
        """The page is still open: the household stays in their hands."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            if self.has_signal and self.form:
                self.aside.csrf = self.browser.csrf
                held = {name: self.form[name] for name in ("entry", "lease_key")}
                with suppress(UnansweredError):
                    await self.aside.post(f"{self.calling}heartbeat/", held, expects=(204, 410))

    async def _until_answered(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Again and again until the server has an answer; each time it has none is counted where it happens."""
        deadline = time.monotonic() + NEVER_ANSWERED
        wait = 0.2
        while time.monotonic() < deadline:
            with suppress(UnansweredError):
                answer = await ask()
                if answer.status < 500:
                    return answer
            await asyncio.sleep(wait * self.chance.uniform(0.75, 1.25))
            wait = min(5.0, wait * 1.5)
        raise UnansweredError("the server never answered a volunteer")

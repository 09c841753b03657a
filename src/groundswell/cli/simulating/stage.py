"""Where an evening takes place, how long it goes on, how fast its clock runs; and what it showed from outside."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from groundswell.cli.simulating.wire import Mishaps


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the evening takes place, and by which cookies host and volunteers are signed in."""

    host: str
    port: int
    session_id: int
    bank_id: int
    board_key: str
    host_session: str
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How long it goes on (in its own minutes), how fast time goes by, who watches, and the seed of chance."""

    minutes: float
    speed: float = 1.0
    screens: int = 2
    seed: int = 1
    steady: bool = False


class Clock:
    """The evening's own time: minutes since its start, `speed` times as fast as ours."""

    def __init__(self, speed: float, *, lobby: float) -> None:
        self.speed = speed
        self.begin = asyncio.get_running_loop().time() + lobby * 60 / speed

    @property
    def now(self) -> float:
        """Seconds of our own time."""
        return asyncio.get_running_loop().time()

    @property
    def minute(self) -> float:
        """Now."""
        return (self.now - self.begin) * self.speed / 60

    async def wait(self, minutes: float) -> None:
        """Let so many minutes go by."""
        await asyncio.sleep(max(0.0, minutes) * 60 / self.speed)

    async def until(self, minute: float) -> None:
        """Let time go by until then."""
        await self.wait(minute - self.minute)


@dataclass(frozen=True, slots=True)
class Result:
    """What was pressed for one household, and acknowledged."""

    uuid: str
    entry: int
    volunteer: int
    outcome: str


@dataclass
class Findings:
    """What the evening showed from outside."""

    mishaps: Mishaps = field(default_factory=Mishaps)
    results: list[Result] = field(default_factory=list)
    # The loop's time of each acknowledgement, in order: the call a board shows n of is the n-th.
    acknowledged: list[float] = field(default_factory=list)
    saving: list[float] = field(default_factory=list)
    in_hand: list[int] = field(default_factory=list)
    staleness: float = 0.0
    polls: int = 0
    requests: int = 0
    # From the host's "begin" to their "close", in seconds of our own time.
    open_seconds: float = 0.0
    thanked: int = 0
    last_board: int | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

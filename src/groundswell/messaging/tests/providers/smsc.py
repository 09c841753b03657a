"""A network's SMPP server in a process of its own, which can be killed: smpp34's, of another make than our client.

As a program it serves, tells each thing that happens as a line of JSON, and does what such lines tell it. `Smsc` runs it.
"""

from __future__ import annotations

import asyncio
import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import smpp34

LONGEST = 20.0  # seconds a test waits for what must come


class Smsc:
    """What the tests see of it. Its port stays the same when it is killed and started again."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._hear, args=(self.process, self._said), daemon=True).start()
        self.next("up")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def tell(self, **what: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def next(self, kind: str) -> dict[str, Any]:
        """The next thing of a kind that happens; what happens before it is passed over."""
        while True:
            said = self._said.get(timeout=LONGEST)
            if said["kind"] == kind:
                return said

    def texts(self, count: int) -> list[dict[str, Any]]:
        return [self.next("submit") for _ in range(count)]

    def count(self) -> int:
        """How many texts it has had since it was started."""
        self.tell(do="count")
        return int(self.next("count")["count"])

    def deliver(self, text: bytes, *, theirs: str, ours: str, **fields: Any) -> int:
        """Deliver something to whoever listens; the status of the answer."""
        self.tell(do="deliver", text=text.hex(), theirs=theirs, ours=ours, fields=fields)
        return int(self.next("answered")["status"])

    @staticmethod
    def _hear(process: subprocess.Popen[str], said: queue.Queue[dict[str, Any]]) -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                said.put(json.loads(line))
        except ValueError:  # it was killed in the middle of a word
            return


@contextmanager
def running_smsc() -> Iterator[Smsc]:
    """It runs until the end of the block."""
    smsc = Smsc()
    try:
        yield smsc
    finally:
        smsc.kill()


async def serve(port: int) -> None:
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="network")
    await server.start()
    listeners: dict[str, smpp34.Esme] = {}
    # How the next submits are answered: a status each; then accepted, or (silent) not at all.
    state: dict[str, Any] = {
        "statuses": [],
        "silent": False,
        "ignored": [],
        "held": [],
        "gather": 0,
        "names": 0,
        "count": 0,
    }
    say(kind="up")

    async def obey() -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            told = json.loads(line)
            match told.pop("do"):
                case "deliver":
                    await deliver(told)
                case "count":
                    say(kind="count", count=state["count"])
                case _:
                    state.update(told)

    async def deliver(told: dict[str, Any]) -> None:
        while not listeners:
            await asyncio.sleep(0.02)
        tlvs = [smpp34.Tlv(tag, bytes.fromhex(value)) for tag, value in told["fields"].pop("tlvs", [])]
        # The last that was bound: the one before may have died without a word.
        answer = await listeners[next(reversed(listeners))].deliver_sm(
            destination_addr=told["ours"],
            source_addr=told["theirs"],
            short_message=bytes.fromhex(told["text"]),
            tlvs=tlvs,
            **{"source_addr_ton": 1, "source_addr_npi": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, **told["fields"]},
        )
        say(kind="answered", status=answer.command_status)

    async def answer(event: smpp34.SubmitSmEvent) -> None:
        status = state["statuses"].pop(0) if state["statuses"] else 0
        state["count"] += 1
        say(
            kind="submit",
            to=event.destination_addr,
            to_ton=event.dest_addr_ton,
            sender=event.source_addr,
            sender_ton=event.source_addr_ton,
            codes=event.short_message.hex(),
            data_coding=event.data_coding,
            esm_class=event.esm_class,
            registered=event.registered_delivery,
            under_way=len(state["held"]),
            status=status,
        )
        if state["silent"]:
            state["ignored"].append(event)  # an event that is dropped would be refused
            return
        if status:
            event.reject(status)
            return
        state["names"] += 1
        name = f"{state['names']:08X}"
        if state["gather"]:
            # Answers are held back until so many are under way at once.
            state["held"].append((event, name))
            if len(state["held"]) == state["gather"]:
                for held, its_name in state["held"]:
                    held.accept(its_name)
                state["held"] = []
            return
        event.accept(name)

    keeper = asyncio.create_task(obey())
    answering: set[asyncio.Task[None]] = set()
    while not keeper.done():
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            if event.can_receive:
                listeners[event.session_id] = event
            say(kind="bound", can_receive=event.can_receive, system_id=event.system_id)
        elif isinstance(event, smpp34.Unbound):
            listeners.pop(event.session_id, None)
            say(kind="unbound")
        else:
            task = asyncio.create_task(answer(event))
            answering.add(task)
            task.add_done_callback(answering.discard)


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))

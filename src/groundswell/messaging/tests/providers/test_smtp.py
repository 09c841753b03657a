"""What a mail server's answer means: also where it refuses in the middle of what was sent ahead, or hangs up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.test import override_settings

from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing
from groundswell.messaging.providers.smtp.transport import SmtpProvider

# A real mail server, and its waits.
pytestmark = pytest.mark.slow

HANG_UP = "hang up"


class Server:
    """A mail server that answers as it is told: `says` by command, "." being the letter. Remembers what it took."""

    def __init__(self, *, pipelining: bool) -> None:
        self.greeting = b"250-here\r\n250 PIPELINING\r\n" if pipelining else b"250 here\r\n"
        self.says: dict[str, str] = {}
        self.taken: list[tuple[str, bytes]] = []
        self.waits = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _address = self._listener.accept()
                with peer, peer.makefile("rb") as lines, suppress(OSError):
                    peer.sendall(b"220 here\r\n")
                    self._talk(peer, lines)

    def _talk(self, peer: socket.socket, lines: Iterator[bytes]) -> None:
        to = ""
        for line in lines:
            command = line[:4].decode().strip().upper()
            self.waits += 1
            answer = self.says.get(command, "354 go on" if command == "DATA" else "250 fine")
            if answer == HANG_UP:
                return
            if command == "RCPT":
                to = line.decode()[9:-3]
            peer.sendall(self.greeting if command == "EHLO" else f"{answer}\r\n".encode())
            if command == "DATA" and answer.startswith("354"):
                letter = b"".join(iter(lambda: next(lines), b".\r\n"))
                answer = self.says.get(".", "250 taken")
                if answer == HANG_UP:
                    return
                if answer.startswith("250"):
                    self.taken.append((to, letter))
                peer.sendall(f"{answer}\r\n".encode())
            if command == "QUIT":
                return


@pytest.fixture(params=[True, False], ids=["pipelining", "step by step"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made = Server(pipelining=request.param)
    said = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": made.port, "EMAIL_HOST_USER": ""}
    with override_settings(EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, **said):
        yield made
    made.close()


@pytest.fixture
def provider() -> Iterator[SmtpProvider]:
    made = SmtpProvider()
    yield made
    made.close()


def letter(number: int = 1, text: str = "We ring on Monday.") -> Outgoing:
    return Outgoing(number, f"d{number}", "Us", "news@example.org", f"person{number}@example.org", text, "Monday")


def outcomes(answers: list[Handed]) -> list[Outcome]:
    return [answer.outcome for answer in answers]


def test_each_letter_goes_to_its_own_address(server: Server, provider: SmtpProvider):
    answers = provider.send([letter(number, f"Number {number}.") for number in range(30)])
    assert set(outcomes(answers)) == {Outcome.TAKEN}
    assert [to for to, _letter in server.taken] == [f"person{number}@example.org" for number in range(30)]
    assert all(f"Number {number}.".encode() in words for number, (_to, words) in enumerate(server.taken))
    assert answers[3].provider_id == "<d3.news@example.org>"


def test_a_line_that_begins_with_a_dot_ends_nothing(server: Server, provider: SmtpProvider):
    answers = provider.send([letter(text="Listen:\n.\n..and more"), letter(2)])
    assert outcomes(answers) == [Outcome.TAKEN, Outcome.TAKEN]
    assert b"Listen:\r\n=2E\r\n...and more\r\n" in server.taken[0][1]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(("code", "outcome"), [("550", Outcome.REFUSED), ("451", Outcome.LATER)])
def test_what_is_refused_has_not_been_taken_and_the_next_one_goes(
    server: Server, provider: SmtpProvider, command: str, code: str, outcome: Outcome
):
    server.says[command] = f"{code} not so"
    [refused] = provider.send([letter()])
    assert (refused.outcome, refused.problem) == (outcome, f"{code} not so")
    # Where it had asked for the letter all the same, it got one without words, for nobody.
    assert {words for _to, words in server.taken} <= {b""}
    server.says.clear()
    server.taken.clear()
    assert outcomes(provider.send([letter(2)])) == [Outcome.TAKEN]
    assert [to for to, _words in server.taken] == ["person2@example.org"]


@pytest.mark.parametrize(
    ("command", "outcome"),
    [("MAIL", Outcome.LATER), ("RCPT", Outcome.LATER), ("DATA", Outcome.LATER), (".", Outcome.UNKNOWN)],
)
def test_one_that_hangs_up_may_have_taken_what_it_was_given_whole(
    server: Server, provider: SmtpProvider, command: str, outcome: Outcome
):
    server.says[command] = HANG_UP
    [cut] = provider.send([letter()])
    assert cut.outcome == outcome
    server.says.clear()
    assert outcomes(provider.send([letter(2)])) == [Outcome.TAKEN], "a new connection"


def test_no_server_takes_nothing(server: Server, provider: SmtpProvider):
    with override_settings(EMAIL_PORT=1):
        assert outcomes(provider.send([letter(1), letter(2)])) == [Outcome.LATER, Outcome.LATER]
    assert not server.waits

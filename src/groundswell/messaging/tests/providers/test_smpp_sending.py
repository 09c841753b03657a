"""Texts by SMPP, to a real server that takes them, is too slow, says no, says nothing or is killed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import smpp34
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from smpplib import smpp

from groundswell.config.environment import Environment
from groundswell.config.sms import SmppGateway
from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing
from groundswell.messaging.providers.registry import open_provider
from groundswell.messaging.providers.smpp import transport
from groundswell.messaging.providers.smpp.parts import as_read, as_wired, validity
from groundswell.messaging.providers.smpp.transport import SmppProvider, fields_of
from groundswell.messaging.sms import as_gsm, as_sent, from_gsm, segments_of
from groundswell.messaging.tests.providers.smsc import Smsc, running_smsc

# A real gateway, and its waits.
pytestmark = pytest.mark.slow

TEXT = Outgoing(7, "d7", "Red Rose", "+441632960100", "+447700900123", "Reply YES & we ring you. £5 {or} €6")
LONG = "Annwyl gyfaill, " * 12 + "ŵ"


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    with running_smsc() as smsc:
        yield smsc


def gateway(smsc: Smsc, **fields: object) -> SmppGateway:
    return SmppGateway.model_validate(
        {"host": "127.0.0.1", "port": smsc.port, "system_id": "redrose", "password": "hush", **fields}
    )


@pytest.fixture
def provider(smsc: Smsc) -> Iterator[SmppProvider]:
    provider = SmppProvider(gateway(smsc), patience=3.0)
    yield provider
    provider.close()
    smsc.tell(do="be", statuses=[], silent=False, gather=0)


def texts(count: int) -> list[Outgoing]:
    return [replace(TEXT, delivery_id=number, reference=f"d{number}") for number in range(1, count + 1)]


def test_a_text_arrives_as_it_was_written_and_is_named_by_the_network(smsc: Smsc, provider: SmppProvider) -> None:
    [handed] = provider.send([TEXT])
    [submitted] = smsc.texts(1)

    assert handed.outcome is Outcome.TAKEN
    assert handed.provider_id
    assert from_gsm(bytes.fromhex(submitted["codes"])) == TEXT.text
    assert (submitted["to"], submitted["to_ton"]) == ("447700900123", 1)
    assert (submitted["sender"], submitted["sender_ton"]) == ("441632960100", 1)
    assert submitted["registered"] == 1


@pytest.mark.parametrize(("sender", "ton"), [("RedRose", 5), ("60123", 3), ("+441632960100", 1)])
def test_letters_short_codes_and_numbers_are_told_apart(
    smsc: Smsc, provider: SmppProvider, sender: str, ton: int
) -> None:
    provider.send([replace(TEXT, sender_address=sender)])
    [submitted] = smsc.texts(1)

    assert (submitted["sender"], submitted["sender_ton"]) == (sender.removeprefix("+"), ton)


def test_a_long_welsh_text_goes_in_parts_that_a_telephone_joins_and_one_receipt_is_asked_for(
    smsc: Smsc, provider: SmppProvider
) -> None:
    [handed] = provider.send([replace(TEXT, text=LONG)])
    submitted = smsc.texts(segments_of(LONG).count)
    pieces = [as_read(bytes.fromhex(each["codes"]), data_coding=8, has_header=True) for each in submitted]

    assert handed.outcome is Outcome.TAKEN
    assert "".join(piece.text for piece in sorted(pieces, key=lambda piece: piece.number)) == LONG
    assert {(piece.total, piece.reference) for piece in pieces} == {(3, 7)}
    assert {(each["data_coding"], each["esm_class"]) for each in submitted} == {(8, 0x40)}
    # The server tells of them in any order.
    assert {piece.number: each["registered"] for piece, each in zip(pieces, submitted, strict=True)} == {
        1: 0,
        2: 0,
        3: 1,
    }


def test_as_many_as_the_window_holds_are_under_way_at_once_and_no_more(smsc: Smsc) -> None:
    smsc.tell(do="be", gather=5)
    provider = SmppProvider(gateway(smsc, window=5), patience=3.0)
    assert provider.in_hand == 5
    handed = provider.send(texts(30))
    provider.close()
    submitted = smsc.texts(30)
    smsc.tell(do="be", gather=0)

    assert {each.outcome for each in handed} == {Outcome.TAKEN}
    assert len({each.provider_id for each in handed}) == 30
    assert max(each["under_way"] for each in submitted) == 4


def test_what_is_too_fast_goes_slower_and_each_once(
    smsc: Smsc, provider: SmppProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.01,))
    smsc.tell(do="be", statuses=[smpp34.ESME_RTHROTTLED] * 4 + [smpp34.ESME_RMSGQFUL])
    handed = provider.send(texts(8))
    submitted = smsc.texts(13)

    assert {each.outcome for each in handed} == {Outcome.TAKEN}
    assert sum(not each["status"] for each in submitted) == 8


def test_what_stays_too_fast_is_for_later_and_was_not_taken(
    smsc: Smsc, provider: SmppProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.01,))
    monkeypatch.setattr(transport, "MOST_WAITING", 0.02)
    smsc.tell(do="be", statuses=[smpp34.ESME_RTHROTTLED] * 100)
    handed = provider.send(texts(3))

    assert [(each.outcome, each.problem) for each in handed] == [(Outcome.LATER, "too fast for the gateway")] * 3


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (smpp34.ESME_RINVDSTADR, Outcome.REFUSED),
        (smpp34.ESME_RUNKNOWNERR, Outcome.REFUSED),
        (smpp34.ESME_RSYSERR, Outcome.LATER),
    ],
)
def test_a_refusal_is_of_that_text_alone_and_says_why(
    smsc: Smsc, provider: SmppProvider, status: int, outcome: Outcome
) -> None:
    smsc.tell(do="be", statuses=[status])
    handed = provider.send(texts(2))

    assert sorted([each.outcome for each in handed], key=str) == sorted([outcome, Outcome.TAKEN], key=str)
    assert f"0x{status:08X}" in "".join(each.problem for each in handed)


def test_of_a_text_whose_second_part_is_refused_nobody_knows(smsc: Smsc, provider: SmppProvider) -> None:
    smsc.tell(do="be", statuses=[0, smpp34.ESME_RINVDSTADR])
    [handed] = provider.send([replace(TEXT, text=LONG)])

    assert handed.outcome is Outcome.UNKNOWN
    assert "of 3 parts" in handed.problem


def test_without_an_answer_nobody_knows_and_it_is_not_said_again(smsc: Smsc) -> None:
    smsc.tell(do="be", silent=True)
    provider = SmppProvider(gateway(smsc, window=2), patience=0.3)
    handed = provider.send(texts(3))
    provider.close()
    submitted = smsc.texts(3)
    smsc.tell(do="be", silent=False)

    assert {each.outcome for each in handed} == {Outcome.UNKNOWN}
    assert len(submitted) == 3


def test_a_gateway_that_is_killed_leaves_unknown_what_it_had_and_later_what_it_had_not() -> None:
    with running_smsc() as smsc:
        smsc.tell(do="be", silent=True)
        provider = SmppProvider(gateway(smsc, window=4), patience=10.0)
        answers: list[Handed] = []
        sending = threading.Thread(target=lambda: answers.extend(provider.send(texts(10))))
        sending.start()
        smsc.texts(4)
        smsc.kill()
        sending.join(20)
        outcomes = [each.outcome for each in answers]

        assert outcomes.count(Outcome.UNKNOWN) == 4
        assert outcomes.count(Outcome.LATER) == 6

        smsc.start()
        again = provider.send([replace(TEXT, delivery_id=each.delivery_id) for each in answers[4:]])
        provider.close()

        assert {each.outcome for each in again} == {Outcome.TAKEN}


def test_a_bind_that_is_gone_between_two_batches_is_made_anew() -> None:
    with running_smsc() as smsc:
        provider = SmppProvider(gateway(smsc), patience=5.0)
        assert provider.send([TEXT])[0].outcome is Outcome.TAKEN
        smsc.kill()
        smsc.start()
        handed = provider.send(texts(20))
        provider.close()

        # The first may have gone into a connection that nobody listened at any more; none is sent twice.
        taken = [each for each in handed if each.outcome is Outcome.TAKEN]
        assert len(taken) >= 10
        assert {each.outcome for each in handed} <= {Outcome.TAKEN, Outcome.UNKNOWN}
        assert smsc.count() == len(taken)


def test_where_nobody_listens_nothing_was_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        provider = SmppProvider(SmppGateway(host="127.0.0.1", port=taken.getsockname()[1], system_id="x"))
        [handed] = provider.send([TEXT])
        provider.close()

    assert handed.outcome is Outcome.LATER
    assert "cannot be reached" in handed.problem


def test_a_wrong_password_is_said_in_words() -> None:
    """A server that answers every bind with 0x0E, which smpp34's cannot."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            for _attempt in range(2):
                wire, _address = server.accept()
                asked = wire.recv(1000)
                wire.sendall(bytes.fromhex("00000010800000020000000e") + asked[12:16])
                wire.close()

        threading.Thread(target=refuse, daemon=True).start()
        provider = SmppProvider(SmppGateway(host="127.0.0.1", port=server.getsockname()[1], system_id="x"))
        [handed] = provider.send([TEXT])

    assert handed.outcome is Outcome.LATER
    assert "Invalid Password" in handed.problem


def test_every_field_is_read_by_another_make_as_it_was_meant() -> None:
    until = datetime.now(UTC) + timedelta(days=0, hours=2, minutes=30, seconds=10)
    [wire] = as_wired("Dŵr", reference=7)
    pdu = smpp.make_pdu("submit_sm", sequence=1, **fields_of(replace(TEXT, valid_until=until), wire, is_last=True))
    read = smpp34.decode(pdu.generate())

    assert isinstance(read, smpp34.SubmitSm)
    assert read.validity_period in ("000000023010000R", "000000023009000R")
    assert (read.source_addr_ton, read.source_addr_npi, read.dest_addr_ton, read.dest_addr_npi) == (1, 1, 1, 1)
    assert read.short_message.decode("utf-16-be") == "Dŵr"
    assert validity(90_061) == "000001010101000R"


@hypothesis(deadline=None)
@given(st.text(max_size=700), st.sampled_from(["gsm", "latin-1"]))
def test_whatever_is_written_is_read_again(text: str, alphabet: str) -> None:
    if not text:
        return
    wires = as_wired(text, reference=300, alphabet=alphabet)
    pieces = [
        as_read(wire.codes, data_coding=wire.data_coding, has_header=bool(wire.esm_class), alphabet=alphabet)
        for wire in wires
    ]

    assert "".join(piece.text for piece in pieces) == as_sent(text)
    assert all(len(wire.codes) <= 160 for wire in wires)
    assert len(wires) == segments_of(text).count or alphabet == "latin-1"


def test_gsm_is_its_own_inverse_and_refuses_what_is_outside() -> None:
    every = "".join(
        dict.fromkeys(letter for letter in map(as_sent, map(chr, range(0x20AD))) if segments_of(letter).outside == ())
    )
    assert from_gsm(as_gsm(every)) == every
    with pytest.raises(UnicodeError):
        as_gsm("ŵ")
    assert from_gsm(b"\x1b\x41\x80") == "A\ufffd"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("http://x@y", "smpp://"),
        ("smpp://host:2775", "smpp://"),
        ("smpp://us:much-too-long@host", "password"),
        ("smpp://us:pw@host?window=0", "window"),
        ("smpp://us:pw@host?wnidow=5", "Extra inputs"),
        ("smpp://us:pw@host?window", "bad query field"),
    ],
)
def test_an_address_that_cannot_be_read_stops_the_start_and_says_why(
    given: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMPP_URL", given)
    with pytest.raises(ValueError, match=said):
        Environment()


def test_the_address_says_all_that_is_needed(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    monkeypatch.setenv("SMPP_URL", "smpps://us:p%40ss@sms.example.org?window=50&system_type=WAP&receipt_ids=decimal")
    found = Environment().smpp
    assert found == SmppGateway(
        host="sms.example.org",
        port=3550,
        tls=True,
        system_id="us",
        password="p@ss",
        window=50,
        system_type="WAP",
        receipt_ids="decimal",
    )
    settings.SMPP = found
    open_provider("smpp").close()
    monkeypatch.setenv("SMPP_URL", "")
    assert Environment().smpp is None

"""Where texts go out: what an operator says of a gateway that speaks HTTP in its own way."""

from __future__ import annotations

import json
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

SHORTEST_SECRET = 20


class ReceiptNames(BaseModel):
    """What the gateway calls things when it tells what became of a text."""

    model_config = ConfigDict(extra="forbid")

    id: str = "id"
    reference: str = "reference"
    status: str = "status"
    problem: str = "error"
    sent: tuple[str, ...] = ("sent", "accepted")
    delivered: tuple[str, ...] = ("delivered",)
    undelivered: tuple[str, ...] = ("undelivered", "failed", "rejected")
    expired: tuple[str, ...] = ("expired",)


class InboundNames(BaseModel):
    """What the gateway calls things when it passes a text on; in an address, `charset` names the encoding of the text."""

    model_config = ConfigDict(extra="forbid")

    id: str = "id"
    sender: str = "from"
    to: str = "to"
    text: str = "text"
    charset: str = "charset"


class SmsGateway(BaseModel):
    """A gateway that takes texts over HTTP: `fields` is what it is told, with {to}, {from}, {text} and the like put in.
    What it tells us comes with `secret` (docs/operators.md).

    `format`: JSON or a form that is posted, or the query of an address that is asked for. `calls`: how it tells us.
    `alphabets`: its words for GSM 7-bit and for UCS-2. `answer_id`: where its answer holds its own name of the text; points
    lead inwards ("messages.0.id"); empty: nowhere.
    """

    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern=r"^https?://")
    secret: str = Field(min_length=SHORTEST_SECRET)
    format: Literal["json", "form", "query"] = "json"
    calls: Literal["POST", "GET"] = "POST"
    headers: dict[str, str] = {}
    fields: dict[str, str] = {"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{reference}"}
    alphabets: tuple[str, str] = ("gsm", "ucs2")
    answer_id: str = "id"
    receipt: ReceiptNames = ReceiptNames()
    inbound: InboundNames = InboundNames()

    @model_validator(mode="after")
    def _says_what_and_to_whom(self) -> Self:
        missing = [name for name in ("{to}", "{text}") if not any(name in value for value in self.fields.values())]
        if missing:
            raise ValueError(f"fields must hold {' and '.join(missing)}")
        return self


def read_gateway(given: Any) -> Any:
    """The JSON of the environment variable, to be checked; empty: none. Raises ValueError with a sentence."""
    if not isinstance(given, str):
        return given
    if not given.strip():
        return None
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno}, column {error.colno})") from error


class SmppGateway(BaseModel):
    """A gateway or network that speaks SMPP 3.4: whom we are there, and how it likes to be spoken to (docs/operators.md).

    `window`: texts under way without an answer. `alphabet`: what the gateway takes its default one (data coding 0) for.
    `receipt_ids`: "decimal" where its receipts write the same number in decimal that its answers write in hexadecimal.
    `listens_as`: the bind by which we hear; "transceiver" for gateways that know no other.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = Field(min_length=1)
    port: int = Field(2775, ge=1, le=65535)
    tls: bool = False
    # As long as the protocol lets them be.
    system_id: str = Field(min_length=1, max_length=15, pattern=r"^[\x21-\x7e]+$")
    password: str = Field("", max_length=8, pattern=r"^[\x20-\x7e]*$")
    system_type: str = Field("", max_length=12, pattern=r"^[\x20-\x7e]*$")
    window: int = Field(10, ge=1, le=1000)
    alphabet: Literal["gsm", "latin-1"] = "gsm"
    receipt_ids: Literal["same", "decimal"] = "same"
    listens_as: Literal["receiver", "transceiver"] = "receiver"


SMPP_SCHEMES = {"smpp": 2775, "smpps": 3550}


def read_smpp(given: Any) -> Any:
    """What an address like smpp://system_id:password@host:2775?window=20 says; empty: none. Raises ValueError."""
    if not isinstance(given, str):
        return given
    if not given.strip():
        return None
    url = urlsplit(given.strip())
    if url.scheme not in SMPP_SCHEMES or not url.hostname or not url.username:
        raise ValueError("it must look like smpp://system_id:password@host:2775 (smpps:// for TLS)")
    return {
        **dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))),
        "host": url.hostname,
        "port": url.port or SMPP_SCHEMES[url.scheme],
        "tls": url.scheme == "smpps",
        "system_id": unquote(url.username),
        "password": unquote(url.password or ""),
    }

"""Where texts go out: what an operator says of a gateway that speaks HTTP in its own way."""

from __future__ import annotations

import json
from typing import Any, Literal, Self

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
    """What the gateway calls things when it passes a text on."""

    model_config = ConfigDict(extra="forbid")

    id: str = "id"
    sender: str = "from"
    to: str = "to"
    text: str = "text"


class SmsGateway(BaseModel):
    """A gateway that takes texts over HTTP: `fields` is what is posted, with {to}, {from}, {text}, {reference},
    {validity_seconds} and {callback_url} put in. What it posts to us is signed with `secret` (docs/operators.md).
    """

    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern=r"^https?://")
    secret: str = Field(min_length=SHORTEST_SECRET)
    format: Literal["json", "form"] = "json"
    headers: dict[str, str] = {}
    fields: dict[str, str] = {"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{reference}"}
    # Where its answer holds its own name of the text; points lead inwards: "messages.0.id".
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

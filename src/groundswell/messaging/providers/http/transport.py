"""One request for each text, with the fields that the gateway wants."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from groundswell.config.sms import SmsGateway
from groundswell.messaging.providers.contract import Outgoing, Provider
from groundswell.messaging.providers.over_http import OverHttp, seconds_left
from groundswell.messaging.sms import Encoding, as_sent, segments_of

LONGEST_VALIDITY = 24 * 3600
RECEIPTS_PATH = "/messaging/webhooks/http/receipts/"
_PLACE = re.compile(r"\{(\w+)\}")


def open_gateway() -> Provider:
    """As the settings say."""
    gateway = settings.SMS_GATEWAY
    assert gateway is not None

    def ask(client: httpx.Client, outgoing: Outgoing, now: datetime) -> httpx.Response:
        fields = fields_of(gateway, outgoing, now)
        if gateway.format == "json":
            return client.post(gateway.url, json=fields)
        if gateway.format == "query":
            return client.get(gateway.url, params=fields)
        return client.post(gateway.url, data=fields)

    def read(response: httpx.Response) -> tuple[str, str]:
        if not response.is_success or not gateway.answer_id:
            return "", response.text
        return str(_within(response.json(), gateway.answer_id)), ""

    return OverHttp("http", ask, read, headers=gateway.headers)


def fields_of(gateway: SmsGateway, outgoing: Outgoing, now: datetime) -> dict[str, str]:
    """The gateway's names and our values. A brace in somebody's text stays a brace."""
    text = as_sent(outgoing.text)
    seconds = seconds_left(outgoing, now, most=LONGEST_VALIDITY)
    gsm, ucs2 = gateway.alphabets
    values = {
        "to": outgoing.to,
        "from": outgoing.sender_address,
        "text": text,
        "alphabet": gsm if segments_of(text).encoding is Encoding.GSM_7 else ucs2,
        "reference": outgoing.reference,
        "validity_seconds": str(seconds),
        # At least one: none is "for as long as you like" at some gateways.
        "validity_minutes": str(max(1, seconds // 60)),
        "callback_url": settings.PUBLIC_URL + RECEIPTS_PATH,
    }
    return {
        name: _PLACE.sub(lambda found: values.get(found[1], found[0]), value) for name, value in gateway.fields.items()
    }


def _within(answer: Any, path: str) -> Any:
    """The value at a path such as "messages.0.id". Raises KeyError, ValueError or TypeError where there is none."""
    for step in path.split("."):
        if isinstance(answer, list):
            if int(step) >= len(answer):
                raise KeyError(step)
            answer = answer[int(step)]
        else:
            answer = answer[step]
    if not isinstance(answer, (str, int)):
        raise TypeError("no id")
    return answer

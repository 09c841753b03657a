"""One POST for each text: https://www.twilio.com/docs/messaging/api/message-resource"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import httpx
from django.conf import settings

from groundswell.messaging.providers.contract import Outgoing, Provider
from groundswell.messaging.providers.over_http import OverHttp, seconds_left
from groundswell.messaging.sms import as_sent

# As long as Twilio keeps a text waiting, in seconds.
LONGEST_VALIDITY = 36_000
RECEIPTS_PATH = "/messaging/webhooks/twilio/receipts/"


def open_twilio() -> Provider:
    """Signed in by the account's settings."""
    account = settings.TWILIO_ACCOUNT_SID
    url = f"{settings.TWILIO_URL}/2010-04-01/Accounts/{account}/Messages.json"
    auth = (account, settings.TWILIO_AUTH_TOKEN)

    def ask(client: httpx.Client, outgoing: Outgoing, now: datetime) -> httpx.Response:
        return client.post(url, data=form_of(outgoing, now), auth=auth)

    return OverHttp("twilio", ask, _read)


def form_of(outgoing: Outgoing, now: datetime) -> dict[str, str]:
    """What is posted. Our reference comes back with each receipt, in the address that we give for them."""
    callback = settings.PUBLIC_URL + RECEIPTS_PATH + "?" + urlencode({"reference": outgoing.reference})
    return {
        "To": outgoing.to,
        "From": outgoing.sender_address,
        "Body": as_sent(outgoing.text),
        "StatusCallback": callback,
        "ValidityPeriod": str(seconds_left(outgoing, now, most=LONGEST_VALIDITY)),
    }


def _read(response: httpx.Response) -> tuple[str, str]:
    answer = response.json()
    if response.is_success:
        return str(answer["sid"]), ""
    return "", f"{answer['code']}: {answer['message']}"

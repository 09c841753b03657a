"""What providers post to us. Nobody signs in here: each is known by its signature, and anything else is refused."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from groundswell.messaging.operations.inbound import UnreadableError, cleaned, receive
from groundswell.messaging.operations.receipts import take_receipts
from groundswell.messaging.providers.http import webhooks as http
from groundswell.messaging.providers.registry import PROVIDERS
from groundswell.messaging.providers.twilio import webhooks as twilio
from groundswell.messaging.tasks import route_inbound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from groundswell.config.sms import SmsGateway
    from groundswell.messaging.providers.contract import InboundOf, ReceiptOf

log = logging.getLogger(__name__)

LONGEST_ID = 128
# An answer without words: Twilio is to send nothing of its own.
SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@csrf_exempt
@require_POST
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """A text to one of our numbers at Twilio."""
    refused = _not_twilio(request)
    if refused is not None:
        return refused
    try:
        _take(twilio.inbound_of(request.POST.dict(), now=timezone.now()), "twilio")
    except (KeyError, UnreadableError):
        return _plain("This is no text.", 400)
    return HttpResponse(SILENCE, content_type="text/xml")


@csrf_exempt
@require_POST
def twilio_receipts(request: HttpRequest) -> HttpResponse:
    """What became of a text; our reference is in the address that we gave for it."""
    refused = _not_twilio(request)
    if refused is not None:
        return refused
    reference = request.GET.get("reference", "")
    try:
        said = twilio.receipt_of(request.POST.dict(), reference=reference, now=timezone.now())
    except KeyError:
        return _plain("This is no receipt.", 400)
    return _note([said], "twilio")


@csrf_exempt
def http_receipts(request: HttpRequest) -> HttpResponse:
    """What became of a text, or of each of a list of them, by the gateway of the settings."""
    gateway = _gateway(request)
    if isinstance(gateway, HttpResponse):
        return gateway
    try:
        said = [http.receipt_of(gateway, fields, now=timezone.now()) for fields in each_of(request, gateway)]
    except (KeyError, UnreadableError):
        return _plain("This is no receipt.", 400)
    return _note(said, "http")


@csrf_exempt
def http_inbound(request: HttpRequest) -> HttpResponse:
    """A text that the gateway of the settings passes on."""
    gateway = _gateway(request)
    if isinstance(gateway, HttpResponse):
        return gateway
    try:
        _take(http.inbound_of(gateway, fields_of(request, gateway), now=timezone.now()), "http")
    except (KeyError, UnreadableError):
        return _plain("This is no text.", 400)
    return HttpResponse()


@csrf_exempt
@require_http_methods(["POST", "HEAD"])  # some services ask first whether anybody is there
def email_events(request: HttpRequest, service: str) -> HttpResponse:
    """What became of emails, by the service of the settings; django-anymail knows how it signs and what it says."""
    if not settings.EMAIL_SERVICE or service != settings.EMAIL_SERVICE:
        raise Http404("no such provider here")
    view = _event_view(service)
    try:
        return view(request)
    except AnymailWebhookValidationFailure:
        return _plain("Not signed by the service, or without our secret.", 403)
    except UNREADABLE:
        log.warning("%s posted what cannot be read", service, exc_info=True)
        return _plain("This is no event.", 400)


# What its parsers raise at what no service would post.
UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)


def _event_view(service: str) -> Callable[[HttpRequest], HttpResponse]:
    """Anymail's own view: of events alone where it has one, else of everything."""
    for path in (f"/{service}/tracking/", f"/{service}/"):
        with suppress(Resolver404):
            return cast("Callable[[HttpRequest], HttpResponse]", resolve(path, "anymail.urls").func)
    raise Http404("no such provider here")


def fields_of(request: HttpRequest, gateway: SmsGateway) -> dict[str, str]:
    """The fields of an address, of a form, or of a JSON object (its texts and numbers). Raises UnreadableError for what is
    none.
    """
    if request.method == "GET":
        return http.fields_of_query(gateway, request.META.get("QUERY_STRING", ""))
    if request.content_type != "application/json":
        return request.POST.dict()
    return _fields(_json(request))


def each_of(request: HttpRequest, gateway: SmsGateway) -> list[dict[str, str]]:
    """The same, several times where it is a JSON list. Raises UnreadableError."""
    if request.method == "POST" and request.content_type == "application/json":
        given = _json(request)
        return [_fields(each) for each in given] if isinstance(given, list) else [_fields(given)]
    return [fields_of(request, gateway)]


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("no JSON") from error


def _fields(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise UnreadableError("no object")
    return {name: str(value) for name, value in given.items() if isinstance(value, (str, int))}


def _take(given: InboundOf, provider: str) -> None:
    receive(
        given,
        provider=provider,
        now=timezone.now(),
        enqueue=lambda inbound_id: route_inbound.defer(inbound_id=inbound_id),
    )


def _note(said: Sequence[ReceiptOf | None], provider: str) -> HttpResponse:
    """Write the receipts down, all or none; a step on the way (None) is only heard."""
    receipts = [cleaned(each) for each in said if each is not None]
    if any(max(len(each.event_id), len(each.provider_id)) > LONGEST_ID for each in receipts):
        return _plain("This is no receipt.", 400)
    if receipts:
        take_receipts(provider, receipts=receipts)
    # Not "204 No Content": Kannel says again what is answered with anything but 200 or 202.
    return HttpResponse()


def _not_twilio(request: HttpRequest) -> HttpResponse | None:
    """The refusal of what is not signed by Twilio over the address that it asked for; None if it is."""
    if not PROVIDERS["twilio"].is_ready():
        raise Http404("no such provider here")
    url = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    if twilio.is_signed(url, dict(request.POST.lists()), signature, settings.TWILIO_AUTH_TOKEN):
        return None
    return _plain("Not signed by Twilio for this address.", 403)


def _gateway(request: HttpRequest) -> SmsGateway | HttpResponse:
    """The gateway of the settings; or the refusal of what does not call as it does, or without its secret."""
    gateway: SmsGateway | None = settings.SMS_GATEWAY
    calls = "POST" if gateway is None else gateway.calls
    if request.method != calls:
        return HttpResponseNotAllowed([calls])
    if gateway is None:
        raise Http404("no such provider here")
    is_signed = http.is_signed(
        request.body,
        signature=request.headers.get("X-Signature", ""),
        authorization=request.headers.get("Authorization", ""),
        secret=gateway.secret,
    )
    return gateway if is_signed else _plain("Not signed with our secret.", 403)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")

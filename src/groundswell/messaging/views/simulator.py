"""The demo's telephone: the texts and emails that would have been sent, and somewhere to answer texts. In the demo alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from groundswell.accounts.access import membership_for
from groundswell.campaigns.views.refusals import LEADERS
from groundswell.compliance.enums import Channel
from groundswell.messaging.models import Inbound, Sender, SimulatedText
from groundswell.messaging.operations.inbound import receive
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.tasks import route_inbound
from groundswell.people.addresses import AddressError, normalise_email, normalise_phone

if TYPE_CHECKING:
    from django.http import HttpRequest

PROVIDER = "console"
MOST_PHONES = 20


class TextForm(forms.Form):
    """A text from this phone. `key` tells one press from another: pressed twice it is one text."""

    to = forms.ModelChoiceField(label=_("To"), queryset=Sender.objects.none())
    text = forms.CharField(label=_("Text"), max_length=1600, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: HttpRequest) -> HttpResponseBase:
    """One phone, or which there are. Whoever leads may play with the demo; elsewhere there is no such page."""
    if not settings.DEMO or membership_for(request, None, *LEADERS) is None:
        raise Http404("no such page")
    phone = _address(request.GET.get("phone", ""))
    begun = {
        "key": uuid4(),
        "to": request.GET.get("to") or _last_sender(phone),
        "text": request.GET.get("text", "")[:1600],
    }
    form = TextForm(request.POST or None, initial=begun)
    form.fields["to"].queryset = Sender.objects.filter(channel=Channel.SMS, provider=PROVIDER, retired_at=None)  # type: ignore[attr-defined]
    is_email = "@" in phone
    if request.method == "POST" and phone and not is_email and form.is_valid():
        given = form.cleaned_data
        now = timezone.now()
        said = InboundOf(str(given["key"]), given["to"].address, phone, given["text"], now)
        receive(said, provider=PROVIDER, now=now, enqueue=lambda pk: route_inbound.defer(inbound_id=pk))
        return redirect(reverse("incoming:simulator") + "?" + urlencode({"phone": phone, "to": given["to"].pk}))
    context = {"phone": phone, "is_email": is_email, "phones": _phones(), "texts": _texts(phone), "form": form}
    return render(request, "messaging/simulator.html", context, status=422 if form.errors else 200)


def _address(text: str) -> str:
    try:
        return normalise_email(text) if "@" in text else normalise_phone(text)
    except AddressError:
        return ""


def _last_sender(phone: str) -> int | None:
    """Who of ours last texted it, to be answered; else the first there is."""
    ours = Sender.objects.filter(channel=Channel.SMS, provider=PROVIDER, retired_at=None).order_by("pk")
    last = (
        SimulatedText.objects.filter(their_address=phone).order_by("-at").values_list("our_address", flat=True).first()
    )
    sender = (ours.filter(address=last).first() if last else None) or ours.first()
    return sender.pk if sender is not None else None


def _phones() -> list[str]:
    """Those that last got a text."""
    latest = SimulatedText.objects.order_by("-pk").values_list("their_address", flat=True)[:500]
    return list(dict.fromkeys(latest))[:MOST_PHONES]


def _texts(phone: str) -> list[dict[str, object]]:
    ours = reversed(SimulatedText.objects.filter(their_address=phone).order_by("-at", "-pk")[:50])
    theirs = reversed(Inbound.objects.filter(their_address=phone, provider=PROVIDER).order_by("-at", "-pk")[:50])
    found = [{"is_ours": True, "name": t.our_name, "text": t.text, "at": t.at} for t in ours]
    found += [{"is_ours": False, "name": t.our_address, "text": t.text, "at": t.at} for t in theirs]
    return sorted(found, key=lambda one: str(one["at"]))

"""The live board: on a wall, without an account, by its key; and on the phone of everybody in the campaign.

However many watch, the numbers are read once in a tick of the clock and drawn once (`live_board`). A screen asks again
just after the next tick, which the answer names (`X-Next-In`, seconds): so it is at most three seconds behind.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from groundswell.accounts.access import access_campaign, refresh_identity
from groundswell.accounts.identity import CallerIdentity, caller_identity
from groundswell.phonebank.boards import Board, Phase, board_of
from groundswell.phonebank.models import Session
from groundswell.phonebank.session_numbers import SessionNumbers, live_numbers, seconds_to_next_tick
from groundswell.phonebank.views.organiser.frame import TEAM, may_lead, role_of
from groundswell.phonebank.watchers import may_watch

if TYPE_CHECKING:
    from django.http import HttpRequest

# Once it is over, only a phone that comes back into the signal changes anything.
OVER_SECONDS = 30
# So many keys of walls are remembered in a process, and whose they are.
MOST_KEYS = 256


@dataclass(frozen=True, slots=True)
class LiveBoard:
    """A board as drawn for everybody who watches it now."""

    board: Board
    markup: str
    etag: str


_drawn: OrderedDict[tuple[int, str], LiveBoard] = OrderedDict()
_drawing = threading.Lock()
_keys: OrderedDict[str, int] = OrderedDict()


def live_board(session_id: int) -> LiveBoard:
    """The board of a session in the reader's language, drawn once in a tick. Raises Http404."""
    numbers = _numbers(session_id)
    key = (session_id, get_language() or "")
    found = _drawn.get(key)
    if found is not None and found.board.numbers is numbers:
        return found
    with _drawing:
        found = _drawn.get(key)
        if found is None or found.board.numbers is not numbers:
            found = _draw(numbers)
            _drawn[key] = found
            _drawn.move_to_end(key)
            while len(_drawn) > MOST_KEYS:
                _drawn.popitem(last=False)
    return found


def _numbers(session_id: int) -> SessionNumbers:
    try:
        return live_numbers(session_id)
    except Session.DoesNotExist:
        raise Http404("no such session") from None


def _draw(numbers: SessionNumbers) -> LiveBoard:
    board = board_of(numbers)
    markup = str(render_to_string("phonebank/board/numbers.html", {"board": board, "facts": numbers.facts}))
    return LiveBoard(board, markup, sha256(markup.encode()).hexdigest()[:32])


@require_safe
def wall(request: HttpRequest, board_key: str) -> HttpResponseBase:
    """The board for a wall: whoever has its address sees it. It shows counts and first names of callers."""
    live = live_board(_session_of_key(board_key))
    context = {"live": live, "facts": live.board.numbers.facts, "key": board_key}
    return _private(render(request, "phonebank/board/wall.html", context))


@require_safe
def wall_numbers(request: HttpRequest, board_key: str) -> HttpResponseBase:
    """The part of it that moves."""
    return _part(request, live_board(_session_of_key(board_key)))


@require_safe
def board(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The board for everybody in the campaign, with one's own numbers."""
    live = live_board(session_id)
    by = _member(request, live, anew=True)
    facts = live.board.numbers.facts
    access_campaign(request, facts.campaign_slug)
    context = {
        "live": live,
        "facts": facts,
        "own": _own(live.board, by),
        "session_id": session_id,
        "may_lead": may_lead(request),
        "sees_report": role_of(request) in TEAM,
    }
    return _private(render(request, "phonebank/board/phone.html", context))


@require_safe
def board_numbers(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The part of it that moves."""
    live = live_board(session_id)
    own = _own(live.board, _member(request, live))
    return _part(request, live, str(render_to_string("phonebank/board/own.html", own)))


def _session_of_key(board_key: str) -> int:
    """The session of a wall's key; a query for a key that is new to this process, or is none. Raises Http404."""
    session_id = _keys.get(board_key)
    if session_id is not None and _numbers(session_id).facts.board_key == board_key:
        return session_id
    session_id = Session.objects.filter(board_key=board_key).values_list("pk", flat=True).first()
    if session_id is None:
        _keys.pop(board_key, None)
        raise Http404("no such board")
    _keys[board_key] = session_id
    while len(_keys) > MOST_KEYS:
        _keys.popitem(last=False)
    return session_id


def _member(request: HttpRequest, live: LiveBoard, *, anew: bool = False) -> CallerIdentity:
    """Who watches. Raises Http404 for anybody of another campaign.

    A page that is opened asks the database (`anew`); what it polls afterwards goes by the signed session, whose
    membership is asked about once in a tick together with those of all others who watch.
    """
    campaign_id = live.board.numbers.facts.campaign_id
    found = None if anew else caller_identity(request, campaign_id)
    if found is None or not may_watch(found):
        found = refresh_identity(request, campaign_id)
    if found is None:
        raise Http404("no such session")
    return found


def _own(board: Board, by: CallerIdentity) -> dict[str, Any]:
    """One's own numbers and place."""
    numbers = board.numbers
    return {
        "own": numbers.work_of(by.user_id),
        "leader": board.leader(by.user_id) if numbers.facts.show_leaders else None,
        "unranked": numbers.facts.show_leaders and by.user_id in numbers.unranked,
        "board": board,
    }


def _part(request: HttpRequest, live: LiveBoard, own: str = "") -> HttpResponseBase:
    """The markup, or 304 if the screen has it already; and when to ask again."""
    tag = f"{live.etag}{sha256(own.encode()).hexdigest()[:8]}" if own else live.etag
    etag = quote_etag(tag)
    whole = _private(HttpResponse(own + live.markup))
    whole["ETag"] = etag
    response = get_conditional_response(request, etag=etag, response=whole) or whole
    over = live.board.phase == Phase.OVER
    response["X-Next-In"] = f"{OVER_SECONDS if over else seconds_to_next_tick():.3f}"
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response

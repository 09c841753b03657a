"""The rules in words, and the figures they are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groundswell.accounts.access import require_role, roles_of
from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.compliance.enums import Refusal
from groundswell.compliance.figure_names import FIGURE_NAMES
from groundswell.compliance.figures import figures_in_force
from groundswell.compliance.forms import FigureForm
from groundswell.compliance.models import Figure
from groundswell.compliance.operations import add_figure
from groundswell.compliance.rule_texts import RULE_OF_REFUSAL, RULES, WHAT_TO_DO, WHY_NOT, explanation_anchor

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MAY = (Role.OWNER, Role.DATA_MANAGER)
GROUPS = (
    ("C", _("Calls")),
    ("M", _("Messages")),
    ("D", _("Personal data")),
    ("R", _("Electoral register")),
    ("E", _("Elections")),
    ("X", _("Safety and access")),
)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule with the figures in force today; anyone may read it, for every "why?" links here."""
    in_force = {figure.key: figure for figure in figures_in_force(on=timezone.localdate())}
    groups = [
        (
            letter,
            label,
            [
                (rule, [in_force[key] for key in rule.figures if key in in_force])
                for rule in RULES.values()
                if rule.id[0] == letter or (letter == "X" and rule.id[0] == "A")
            ],
        )
        for letter, label in GROUPS
    ]
    reasons = [
        (explanation_anchor(refusal), refusal.label, WHY_NOT[refusal], WHAT_TO_DO[refusal], RULE_OF_REFUSAL[refusal])
        for refusal in Refusal
    ]
    roles = roles_of(request)
    context = {
        "groups": groups,
        "reasons": reasons,
        "may_change": Role.OWNER in roles,
        "is_keeper": bool(roles & {Role.OWNER, Role.DATA_MANAGER}),
    }
    return render(request, "compliance/rules.html", context)


@require_safe
@require_role(*MAY)
def figures(request: HttpRequest) -> HttpResponse:
    """The figures in force and those to come, with their sources."""
    return render(request, "compliance/figures.html", _figures(request))


@require_role(Role.OWNER)
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """A figure of the owner's own in the place of the one in force."""
    context = _figures(request)
    current = next((f for f in context["in_force"] if f.key == key), None)
    if current is None or current.is_fixed:
        raise Http404("no such figure")
    form = FigureForm(current, request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(request, key, form):
        return redirect("compliance:figures")
    return render(request, "compliance/figures.html", context | {"form": form, "figure": current})


def _figures(request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate()
    order = {key: place for place, key in enumerate(FIGURE_NAMES)}
    return {
        "in_force": sorted(figures_in_force(on=today), key=lambda f: (order.get(f.key, len(order)), f.key)),
        "to_come": Figure.objects.filter(valid_from__gt=today).order_by("valid_from", "key"),
        "may_change": Role.OWNER in roles_of(request),
    }


def _added(request: HttpRequest, key: str, form: FigureForm) -> bool:
    assert isinstance(request.user, User)
    try:
        added = add_figure(
            key=key,
            value=form.cleaned_data["value"],
            valid_from=form.cleaned_data["valid_from"],
            source=form.cleaned_data["source"],
            by=request.user,
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    messages.success(
        request,
        _("“%(name)s” has your value from %(day)s on.") % {"name": added.name, "day": date_format(added.valid_from)},
    )
    return True

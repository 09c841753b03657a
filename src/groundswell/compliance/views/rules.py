"""The rules in words, and the figures they are read from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groundswell.accounts.access import require_role, roles_of
from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.compliance.enums import Refusal
from groundswell.compliance.figures import figures_in_force
from groundswell.compliance.forms import FigureForm
from groundswell.compliance.models import Figure
from groundswell.compliance.operations import add_figure
from groundswell.compliance.rule_texts import RULE_OF_REFUSAL, RULES, WHAT_TO_DO, WHY_NOT, explanation_anchor

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GROUPS = (
    ("C", _("Calls")),
    ("M", _("Messages")),
    ("D", _("Personal data")),
    ("R", _("Electoral register")),
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


@require_role(Role.OWNER)
def figures(request: HttpRequest) -> HttpResponse:
    """The figures in force, those to come, and a form for the owner's own."""
    form = FigureForm(request.POST or None, initial={"key": request.GET.get("key", "")})
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return redirect("compliance:figures")
    today = timezone.localdate()
    context: dict[str, Any] = {
        "form": form,
        "in_force": figures_in_force(on=today),
        "to_come": Figure.objects.filter(valid_from__gt=today).order_by("valid_from", "key"),
        "own": Figure.objects.filter(packaged=False).select_related("added_by").order_by("-valid_from", "key"),
    }
    return render(request, "compliance/figures.html", context)


def _added(request: HttpRequest, form: FigureForm) -> bool:
    assert isinstance(request.user, User)
    try:
        figure = add_figure(
            key=form.cleaned_data["key"],
            value=json.loads(form.cleaned_data["value"]),
            valid_from=form.cleaned_data["valid_from"],
            source=form.cleaned_data["source"],
            by=request.user,
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    messages.success(
        request,
        _("“%(key)s” is %(value)s from %(day)s on.")
        % {"key": figure.key, "value": figure.value, "day": figure.valid_from},
    )
    return True

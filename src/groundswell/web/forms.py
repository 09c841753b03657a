"""How forms look: our own templates before Django's, so that `{{ form }}` is all a page needs to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django.forms
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as TemplateBackend
from django.utils.functional import cached_property


class FormRenderer(DjangoTemplates):
    """Django's form renderer with `web/templates` first.

    A field is a label, then its help, then its error, then the control, tied together by `aria-describedby`.
    """

    @cached_property
    def engine(self) -> Any:
        """The template engine: ours, then Django's own widgets, then those of installed apps."""
        return TemplateBackend(
            {
                "APP_DIRS": True,
                "DIRS": [
                    Path(__file__).parent / "templates",
                    Path(django.forms.__file__).parent / "templates",
                ],
                "NAME": "forms",
                "OPTIONS": {},
            }
        )

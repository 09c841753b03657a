"""What people write about campaigns and events: Markdown in, clean HTML out."""

from __future__ import annotations

from collections.abc import Sequence

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# What a page of notes needs; no image (it would be fetched from elsewhere), no raw HTML, no attribute but a link's.
_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def markup(body: str) -> SafeString:
    """The words as HTML that is safe to show: rendered without raw HTML, then cleaned to a short list of tags.

    Headings start at the second level, as the page has its own first.
    """
    tokens = _READER.parse(body)
    lower_headings(tokens)
    # The renderer's own output, cleaned.
    return mark_safe(cleaned(_READER.renderer.render(tokens, _READER.options, {})))  # noqa: S308


def new_reader() -> MarkdownIt:
    """A reader of Markdown as we allow it: no raw HTML; line breaks, tables and struck words are kept."""
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def lower_headings(tokens: Sequence[Token]) -> None:
    """Make headings start at the second level, and end at the fourth."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"


def cleaned(html: str) -> str:
    """Only the tags of a page of notes; links open apart and tell nobody where they were."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


_READER = new_reader()

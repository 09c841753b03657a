"""Crib sheets: Markdown in, clean HTML out, with the facts it names filled in.

`{{ majority }}` within a line is replaced by words, `{{ result_history }}` on a line of its own by a picture and a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from groundswell.campaigns.cribs.facts import BLOCK_FACTS, LINE_FACTS, NO_FACTS, CribFacts
from groundswell.campaigns.markdown import cleaned, lower_headings, new_reader
from groundswell.campaigns.rules import CampaignRuleError

_FACT = re.compile(r"\{\{[ \t]*([^{}\n]*?)[ \t]*\}\}")
# What the ready sheet leaves for the organiser to write.
_GAP = re.compile(r"‹[^‹›]*›")
# Where a block of facts goes once the rest is cleaned: private characters that nobody's keyboard has.
_SLOT = "\ue000{}\ue001"
_SLOTS = re.compile("<p>\ue000([a-z_]+)\ue001</p>")
_PRIVATE = str.maketrans("", "", "\ue000\ue001")


def crib_markup(body: str, facts: CribFacts = NO_FACTS) -> SafeString:
    """The crib sheet as HTML that is safe to show: rendered without raw HTML, then cleaned to a short list of tags.

    Headings start at the second level, as the page has its own first.
    """
    tokens = crib_tokens(body)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {"facts": facts})
    filled = _SLOTS.sub(lambda slot: facts.block(slot.group(1)), cleaned(html))
    return mark_safe(filled)  # noqa: S308 - cleaned, and our own template


def crib_tokens(body: str) -> list[Token]:
    """The sheet as markdown-it reads it, headings from the second level, with tokens `fact` and `fact_block`."""
    tokens = _MARKDOWN.parse(body.translate(_PRIVATE))
    lower_headings(tokens)
    return tokens


def facts_named(body: str) -> frozenset[str]:
    """The facts that the sheet asks for, known or not."""
    return frozenset(token.content for token in _everything(crib_tokens(body)) if token.type.startswith("fact"))


def gaps_in(body: str) -> list[str]:
    """What the ready sheet left to be written and nobody has: "‹First issue›"."""
    return _GAP.findall(body)


def check_crib(body: str, *, published: bool) -> None:
    """Raise `CampaignRuleError` unless everything between double braces is a fact we have, where it can stand.

    A sheet that is to be published has no gap left in it either.
    """
    for token in _everything(crib_tokens(body)):
        if token.type == "text" and ("{{" in token.content or "}}" in token.content):
            raise CampaignRuleError(_("Two curly brackets are opened but not closed. Write them like {{ majority }}."))
        if token.type != "fact" or token.content in LINE_FACTS:
            continue
        if token.content in BLOCK_FACTS:
            raise CampaignRuleError(
                _("“{{ %(name)s }}” is a picture with a table: put it on a line of its own.") % {"name": token.content}
            )
        known = ", ".join(f"{{{{ {name} }}}}" for name in (*LINE_FACTS, *BLOCK_FACTS))
        raise CampaignRuleError(
            _("“{{ %(name)s }}” is not a fact we can fill in. You can use %(known)s.")
            % {"name": token.content, "known": known}
        )
    gaps = gaps_in(body) if published else []
    if gaps:
        raise CampaignRuleError(
            _("“%(gap)s” is still to be written. Write it, or take the line out; or keep the sheet as a draft.")
            % {"gap": gaps[0]}
        )


def _everything(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _everything(token.children or [])


def _read_fact(state: StateInline, silent: bool) -> bool:
    found = _FACT.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("fact", "", 0).content = found.group(1)
    state.pos = found.end()
    return True


def _read_block(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    found = _FACT.fullmatch(state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip())
    if found is None or found.group(1) not in BLOCK_FACTS:
        return False
    if not silent:
        state.line = start + 1
        state.push("fact_block", "", 0).content = found.group(1)
    return True


def _write_fact(_: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, env: EnvType) -> str:
    facts: CribFacts = env["facts"]
    return escape(facts.line(tokens[index].content))


def _write_block(_: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    return f"<p>{_SLOT.format(tokens[index].content)}</p>\n"


def _reader() -> MarkdownIt:
    reader = new_reader()
    reader.inline.ruler.before("escape", "fact", _read_fact)
    # It may follow a line of text without an empty one between.
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    reader.block.ruler.before("paragraph", "fact_block", _read_block, interrupts)
    rules: dict[str, Callable[..., str]] = {"fact": _write_fact, "fact_block": _write_block}
    for name, rule in rules.items():
        reader.add_render_rule(name, rule)
    return reader


_MARKDOWN = _reader()

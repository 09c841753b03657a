"""Markdown as plain text: what the text twin of an email says. Nothing is lost but the weight of the letters."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from groundswell.campaigns.markdown import new_reader

_READER = new_reader()


def plain(body: str) -> str:
    """The words with their paragraphs, lists and links, the address of a link after its words in brackets."""
    lines: list[str] = []
    prefix: list[str] = []
    numbers: list[int | None] = []
    bullet = ""
    row: list[str] = []
    in_cell = False
    for token in _READER.parse(body):
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                _gap(lines, prefix)
            case "list_item_open":
                number = numbers[-1]
                bullet = "- " if number is None else f"{number}. "
                if number is not None:
                    numbers[-1] = number + 1
                prefix.append(" " * len(bullet))
            case "list_item_close":
                prefix.pop()
            case "blockquote_open":
                prefix.append("> ")
            case "blockquote_close":
                while lines and not lines[-1].strip("> "):
                    lines.pop()
                prefix.pop()
                _gap(lines, prefix)
            case "hr":
                lines += ["".join(prefix) + "-" * 20, ""]
            case "fence" | "code_block":
                lines += ["".join(prefix) + line for line in token.content.rstrip("\n").split("\n")] + [""]
            case "tr_open":
                row = []
            case "tr_close":
                lines.append(" | ".join(row))
            case "table_close":
                _gap(lines, prefix)
            case "th_open" | "td_open":
                in_cell = True
            case "th_close" | "td_close":
                in_cell = False
            case "inline" if in_cell:
                row.append(_inline(token.children or []))
            case "inline":
                for line in _inline(token.children or []).split("\n"):
                    lines.append(_start(prefix, bullet) + line)
                    bullet = ""
                if not token.hidden and not numbers:
                    _gap(lines, prefix)
    return "\n".join(line.rstrip() for line in lines).strip()


def _start(prefix: Sequence[str], bullet: str) -> str:
    """What stands before a line: of the first one of an item its sign, of others as many blanks."""
    if not bullet:
        return "".join(prefix)
    return "".join(prefix[:-1]) + bullet


def _gap(lines: list[str], prefix: Sequence[str]) -> None:
    empty = "".join(prefix).rstrip()
    if lines and lines[-1].strip():
        lines.append(empty)


def _inline(children: Sequence[Token]) -> str:
    words: list[str] = []
    address, start = "", 0
    for token in children:
        match token.type:
            case "text" | "code_inline":
                words.append(token.content)
            case "softbreak" | "hardbreak":
                words.append("\n")
            case "link_open":
                address, start = str(token.attrGet("href") or ""), len(words)
            case "link_close":
                said = "".join(words[start:])
                if address and address.removeprefix("mailto:") != said:
                    words.append(f" ({address})")
            case "image":
                words.append(token.content)
    return "".join(words)

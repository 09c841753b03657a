"""A guide of the documents, followed by its bold words."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

SOON = 30_000


class Guide:
    """The page's bold words: each is asked for in its turn, and must then be found on the screen."""

    def __init__(self, text: str) -> None:
        steps = text.split("## 1.", 1)[1].split("\n## Your own", 1)[0]
        self.words = [" ".join(found.split()) for found in re.findall(r"\*\*(.+?)\*\*", steps, re.DOTALL)]

    def next(self, words: str) -> str:
        """These are the next words of the page."""
        assert self.words, f"the page has ended before “{words}”"
        assert self.words.pop(0) == words
        return words

    def passes(self, *words: str) -> None:
        """The page names these as well, without asking to press them now."""
        for one in words:
            self.next(one)

    def press(self, page: Page, words: str) -> None:
        name = self.next(words)
        button = page.get_by_role("button", name=name, exact=True)
        link = page.get_by_role("link", name=name, exact=True)
        radio = page.get_by_role("radio", name=name, exact=True)
        button.or_(link).or_(radio).locator("visible=true").first.click()

    def field(self, page: Page, words: str) -> Locator:
        return page.get_by_label(self.next(words), exact=False).first

    def sees(self, page: Page, words: str) -> None:
        expect(page.get_by_text(self.next(words)).locator("visible=true").first).to_be_visible(timeout=SOON)

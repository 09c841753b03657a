"""The pictures in the documentation, drawn anew: `make screenshots`.

Starts Groundswell with its demo on a free port and in a folder of its own, signs in by the demo's links, looks at each
page of SHOTS in Chromium and writes docs/images/NAME-light.png and NAME-dark.png. A new picture is one more line there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
READY = "Ctrl-C stops it"
LARGEST = 200_000
DEMO_CAMPAIGN = "two-towns-demo"
VISITOR = "visitor"  # signed in as nobody
NOT_NEW = ":not([href$='/new/'])"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}}


@dataclass(frozen=True)
class Shot:
    """One page as one role sees it. `{campaign}` in the path is the demo's; then the first link of `follow` is taken.

    `press` is a button on the way, pressed if it is (still) there. `screen` is "desk", "phone", or a desk's "whole page".
    """

    name: str
    role: str
    path: str
    follow: str = ""
    press: str = ""
    screen: str = "desk"


SHOTS = [
    Shot("caller-phone", "caller", "/phonebank/calling/?all", follow=".bank-list a[href*='/calling/']", screen="phone"),
    Shot("organiser-overview", "organiser", "/phonebank/organise/{campaign}/"),
    Shot("phone-bank-builder", "organiser", "/phonebank/organise/{campaign}/banks/new/"),
    Shot("script-editor", "organiser", "/campaigns/{campaign}/scripts/", follow="a.card[href*='/scripts/']" + NOT_NEW),
    Shot("results", "organiser", "/phonebank/organise/{campaign}/results/"),
    Shot("event", VISITOR, "/events/", follow="main a[href^='/events/monday']", screen="phone"),
    Shot("lobby", "caller", "/phonebank/sessions/2/", press="form[action$='/join/'] button", screen="phone"),
    Shot("board", "organiser", "/phonebank/sessions/1/board/", follow="main a[href*='/phonebank/board/']"),
    Shot("report", "organiser", "/phonebank/sessions/1/report/"),
    Shot("map", "organiser", "/insight/{campaign}/", screen="whole page"),
    Shot("texting", "caller", "/textbank/1/", press="form[action$='/batch/'] button", screen="phone"),
    Shot("message", "organiser", "/messages/of/{campaign}/", follow="main a:has-text('Late buses')"),
    Shot("follow-through", "organiser", "/insight/{campaign}/follow-through/"),
    Shot("issues", "organiser", "/insight/{campaign}/issues/"),
    Shot("import-wizard", "data_manager", "/imports/new/register/"),
    Shot("person", "data_manager", "/people/?q=Thompson", follow="main a[href^='/people/']:not([href*='?'])"),
]


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """Groundswell with its demo for as long as this lasts: the sign-in link of each role."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="groundswell-pictures-"))
    folder.chmod(0o711)  # PostgreSQL may have to run as another user
    outside = {**os.environ, "GROUNDSWELL_DATA_DIR": str(folder), "PORT": str(port)}
    command = [sys.executable, "-m", "groundswell.cli", "run", "--demo"]
    running = subprocess.Popen(command, env=outside, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        said = []
        for line in running.stdout or ():
            said.append(line)
            if line.startswith(READY):
                break
        else:
            raise SystemExit("Groundswell did not start:\n" + "".join(said))
        yield dict(re.findall(r"^  (\w+) +(http\S+)$", "".join(said), re.MULTILINE))
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def draw(browser: Browser, links: dict[str, str], shot: Shot, scheme: str) -> Path:
    """One picture. Ends the run with a sentence when the page is not as SHOTS says."""
    screen = PHONE if shot.screen == "phone" else DESK
    context = browser.new_context(**screen, color_scheme=scheme, locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    if shot.role != VISITOR:
        page.goto(links[shot.role])
    origin = links["owner"].split("/demo/")[0]
    response = page.goto(origin + shot.path.replace("{campaign}", DEMO_CAMPAIGN))
    if response is None or not response.ok:
        raise SystemExit(f"{shot.name}: {page.url} answers {response and response.status}")
    if shot.follow:
        follow(page, shot)
    if shot.press and page.locator(shot.press).count():
        page.locator(shot.press).first.click()
        page.wait_for_load_state("networkidle")
        page.reload()  # without what is said once, of the press
    page.wait_for_load_state("networkidle")
    picture = IMAGES / f"{shot.name}-{scheme}.png"
    page.screenshot(path=picture, full_page=shot.screen == "whole page")
    context.close()
    return picture


def follow(page: Page, shot: Shot) -> None:
    """To the page behind the first link that matches."""
    link = page.locator(shot.follow).first
    if not link.count():
        raise SystemExit(f"{shot.name}: no {shot.follow} on {page.url}")
    link.click()
    page.wait_for_load_state()


def main(wanted: list[str]) -> None:
    """Draw all pictures, or those named."""
    IMAGES.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with demo() as links, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for shot in SHOTS:
            if wanted and shot.name not in wanted:
                continue
            for scheme in ("light", "dark"):
                picture = draw(browser, links, shot, scheme)
                size = picture.stat().st_size
                print(f"{picture.name}: {size // 1000} kB{', too large' if size > LARGEST else ''}")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])

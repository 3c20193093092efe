"""Retakes the README's pictures from the demo page with a headless Chromium: `make pictures`.

The demo's Monday is fixed, so that a picture changes only when what it shows has changed.
"""

import shutil
import sys
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.demo import cast
from bot.demo.stage import Stage, living_team

FOLDER = Path(__file__).parent / "pictures"
MONDAY = date(2026, 11, 16)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RATINGS = (("Solution", "4 of 5"), ("Tone and empathy", "5 of 5"))


def main() -> int:
    """Takes every picture; 2 without a Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        print(f"No browser on the PATH (looked for {', '.join(BROWSERS)}); install Chromium first.")
        return 2
    FOLDER.mkdir(exist_ok=True)
    with living_team(today=MONDAY) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        scorecard(browser, stage)
        home(browser, stage)
        digest(browser, stage)
        browser.close()
    return 0


def scorecard(browser: Browser, stage: Stage) -> None:
    """Rosa's scorecard, two categories rated."""
    rosa = stage.driver(cast.ROSA)
    rosa.wait_for(rosa.dm, timeout=30)
    page = opened(browser, stage, cast.ROSA, rosa.dm_id(), height=1080)
    card = page.locator(".message").first
    for number, (category, rating) in enumerate(RATINGS, start=1):
        card.get_by_role("button", name=f"{category}: {rating}", exact=False).first.click()
        expect(card).to_contain_text(f"{number} of 5 rated")
    card.evaluate("node => node.scrollIntoView({ block: 'start' })")
    page.mouse.move(0, 0)
    taken(page, "scorecard")


def home(browser: Browser, stage: Stage) -> None:
    """The Home tab of Priya, who is an agent and reviews her peers."""
    page = opened(browser, stage, cast.PRIYA, "home", height=1000)
    expect(page.get_by_role("heading", name="How your work was seen")).to_be_visible()
    taken(page, "home")


def digest(browser: Browser, stage: Stage) -> None:
    """Monday, nine o'clock, in the team's channel."""
    leila = stage.driver(cast.LEILA)
    before = len(leila.messages(cast.CHANNEL))
    leila.move_clock("monday 09:00")
    leila.wait_for(lambda: len(leila.messages(cast.CHANNEL)) > before, timeout=30)
    page = opened(browser, stage, cast.LEILA, cast.CHANNEL, height=1500)
    message = page.locator(".message").last
    expect(message.locator("svg").first).to_be_visible()
    message.evaluate("node => node.scrollIntoView({ block: 'start' })")
    taken(page, "digest")


def opened(browser: Browser, stage: Stage, member: cast.Member, place: str, *, height: int) -> Page:
    """The page as this person, without the welcome card."""
    page = browser.new_page(
        viewport={"width": 1280, "height": height}, device_scale_factor=1.5, locale="en-GB"
    )
    page.goto(f"{stage.sandbox.url}/?as={member.slack_id}#{place}")
    page.locator("#act-as").wait_for()
    dismiss = page.get_by_role("button", name="Dismiss")
    if dismiss.count():
        dismiss.click()
    return page


def taken(page: Page, name: str) -> None:
    """Writes the picture and closes the page."""
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    page.close()
    print(f"docs/pictures/{path.name}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    sys.exit(main())

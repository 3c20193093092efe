"""The whole product in a real browser: the demo's page, the real bot behind it, and a person who clicks."""

from datetime import date

import pytest
from playwright.sync_api import expect

from bot.demo import cast
from bot.demo.stage import living_team

RATINGS = {
    "Solution": "3 of 5",
    "Tone and empathy": "4 of 5",
    "Product knowledge": "2 of 5",
    "Process": "3 of 3",
    "Grammar": "3 of 3",
}


@pytest.fixture(scope="module")
def stage():
    """The demo as a person meets it."""
    with living_team(today=date(2026, 11, 16), tell=lambda _line: None) as made:
        yield made


def act_as(page, name):
    page.locator("#act-as").click()
    page.get_by_role("menuitemradio", name=name).click()
    expect(page.locator("#act-as")).to_contain_text(name)


def move_clock(page, choice):
    page.locator("#clock").click()
    page.get_by_role("menuitem", name=choice).click()


def test_one_review_from_click_to_digest(stage, open_page):
    """A reviewer clicks and submits, the agent's message comes, `/iqs me` answers, the digest draws its charts."""
    rosa = stage.driver(cast.ROSA)
    rosa.wait_for(rosa.dm)
    page = open_page(f"{stage.sandbox.url}/")
    expect(page.locator("#act-as")).to_contain_text("Rosa")
    expect(page.get_by_role("region", name="Welcome to Larkfield's support team")).to_be_visible()
    page.locator(".sidebar").get_by_role("link", name="IQS").click()
    page.get_by_role("link", name="Messages", exact=True).click()
    card = page.locator(".message").first
    agent = card.get_by_role("heading").first.inner_text().removeprefix("Scorecard: ")
    for number, (category, rating) in enumerate(RATINGS.items(), start=1):
        card.get_by_role("button", name=f"{category}: {rating}").click()
        expect(card).to_contain_text(f"{number} of 5 rated")
    card.get_by_role("button", name="Submit the review").click()
    expect(card).to_contain_text("Scored 61 %")
    expect(card.get_by_role("button", name="Edit the review")).to_be_visible()

    act_as(page, agent)
    move_clock(page, "+10 minutes")
    told = page.locator(".message", has_text="Feedback on your conversation").last
    expect(told).to_contain_text("Score: 61 %")
    told.get_by_role("button", name="Acknowledge this feedback").click()
    expect(told).to_contain_text("You acknowledged this")
    box = page.get_by_role("combobox")
    box.fill("/iqs me")
    box.press("Enter")
    answer = page.locator(".message.ephemeral")
    expect(answer).to_contain_text("Your quality score")
    expect(answer).to_contain_text("By category")

    act_as(page, cast.LEILA.name)
    page.locator(".sidebar").get_by_role("link", name="support-quality").click()
    move_clock(page, "Next Monday 09:00")
    digest = page.locator(".message", has_text="week 46").last
    expect(digest).to_contain_text("Product knowledge fell")
    expect(digest.get_by_role("img", name="line chart")).to_be_visible()
    expect(digest.get_by_role("img", name="bar chart")).to_be_visible()
    expect(digest.locator("table")).to_have_count(1)


def test_the_conversation_is_read_and_rated_in_its_window(stage, open_page):
    """The window shows the conversation; a low rating asks for root causes; what is chosen stands in the message."""
    jonas = stage.driver(cast.JONAS)
    jonas.wait_for(jonas.dm)
    page = open_page(f"{stage.sandbox.url}/?as={cast.JONAS.slack_id}#{jonas.dm_id()}")
    card = page.locator(".message").first
    card.get_by_role("button", name="Read conversation").click()
    window = page.get_by_role("dialog")
    expect(window).to_contain_text("Customer")
    rating = window.get_by_role("radiogroup", name="Product knowledge").get_by_role(
        "radio", name="2", exact=True
    )
    rating.check()
    expect(window.get_by_text("Root causes: Product knowledge")).to_be_visible()
    window.get_by_role("button", name="Close", exact=True).last.click()
    expect(card.get_by_role("button", name="Product knowledge: 2 of 5, chosen")).to_be_visible()

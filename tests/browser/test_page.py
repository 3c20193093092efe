"""The sandbox's page, in a real browser, against the real sandbox and a tiny app that answers over HTTP."""

import re

import pytest
from playwright.sync_api import expect

from bot.sandbox import Sandbox, SandboxUser
from tests.browser.conftest import MANIFEST
from tests.browser.gallery import HOSTILE, SHOWN, actions, button, modal, plain


def direct(slack, person="U0MAYA"):
    return slack.conversations_open(users=person)["channel"]["id"]


@pytest.mark.parametrize("name", SHOWN)
def test_every_block_is_drawn(name, slack, open_page, address):
    """Each block of a message shows what a person would see of it in Slack."""
    block, wanted = SHOWN[name]
    slack.chat_postMessage(channel="C0GENERAL", text="gallery", blocks=[block])
    page = open_page(address(), expect=("net::ERR", "example.org") if name == "image" else ())
    drawn = page.locator(f".block-{block['type']}").first
    expect(drawn).to_be_visible()
    for selector, text in wanted:
        expect(drawn.locator(selector).first).to_be_attached()
        expect(drawn.locator(selector).first).to_have_text(re.compile(text or r"^\s*"))
    assert page.locator(".unknown").count() == 0


def test_a_click_reaches_the_app_and_the_redrawn_message_keeps_the_keyboard(slack, app, open_page, address):
    """A button sends its ids and value; when the app edits the message, the focus stays on that button."""
    room = direct(slack)
    posted = slack.chat_postMessage(
        channel=room, text="rate", blocks=[actions(button("rate", "4"), button("other", "5"))]
    )

    def answer(payload):
        blocks = [actions(button("rate", "✓ 4", style="primary"), button("other", "5"))]
        slack.chat_update(channel=payload["channel"]["id"], ts=posted["ts"], text="rated", blocks=blocks)

    app.answer = answer
    page = open_page(address(room))
    page.get_by_role("button", name="4", exact=True).click()
    expect(page.get_by_role("button", name="✓ 4")).to_be_focused()
    action = app.last("block_actions")["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("rate", "row", "7")


def test_an_app_that_fails_is_told_in_a_notice(slack, app, open_page, address):
    """When the app does not take a click, the person reads what Slack would say."""
    slack.chat_postMessage(channel="C0GENERAL", text="x", blocks=[actions(button("boom"))])
    app.answer = lambda _payload: 500
    page = open_page(address())
    page.get_by_role("button", name="Press").click()
    expect(page.locator(".toast")).to_contain_text("respond")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_hostile_text_stays_text(sandbox, slack, open_page, address):
    """Markup in rich_text, plain_text, tables and people's messages is shown, never run or resolved."""
    slack.chat_postMessage(channel="C0GENERAL", text="hostile", blocks=HOSTILE)
    sandbox.driver("U0TOM").say("&lt;img src=x onerror=boom()&gt; <javascript:boom()|click>")
    page = open_page(address())
    shown = page.locator(".messages")
    for text in ("<script>boom()</script>", "<!channel> *stars* stay", "<img src=x onerror=boom()>"):
        expect(shown.get_by_text(text).first).to_be_visible()
    assert page.locator(".messages :is(script, img, iframe)").count() == 0
    assert page.locator(".rich .mention, .rich strong").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0


def test_a_slash_command_is_offered_sent_and_answered_in_private(app, open_page, address):
    """A slash opens the list; Enter completes, then sends; the answer is visible to the asker alone."""
    app.answer = lambda _payload: {"response_type": "ephemeral", "text": "Your IQS is *87 %*"}
    page = open_page(address())
    box = page.get_by_role("combobox", name="Message #general")
    box.fill("/i")
    expect(page.get_by_role("option", name="/iqs")).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("/iqs ")
    box.press_sequentially("me @Tom L")
    box.press("Tab")
    box.press("Enter")
    answer = page.locator(".message.ephemeral")
    expect(answer).to_contain_text("Only visible to you")
    expect(answer.locator("strong")).to_have_text("87 %")
    assert app.heard[-1]["command"] == "/iqs"
    assert app.heard[-1]["text"] == "me <@U0TOM|tom>"


def test_acting_as_another_changes_place_and_time_zone(slack, open_page, address):
    """The switcher shows the workspace as that person, in their zone, without what they may not see."""
    posted = slack.chat_postMessage(channel="C0GENERAL", text="hello")
    hour = {"U0MAYA": "Europe/Berlin", "U0TOM": "America/New_York"}
    page = open_page(address())
    expect(page.get_by_role("link", name="quality")).to_be_visible()
    clock = "ts => zone => new Date(ts * 1000).toLocaleTimeString('en-GB', {timeZone: zone, hour: '2-digit', minute: '2-digit'})"  # noqa: E501
    times = {
        who: page.evaluate(f"([ts, zone]) => ({clock})(ts)(zone)", [float(posted["ts"]), zone])
        for who, zone in hour.items()
    }
    expect(page.locator(".message .stamp").first).to_have_text(times["U0MAYA"])
    page.locator("#act-as").click()
    expect(page.get_by_role("menuitemradio", name="Gone Person")).to_have_count(0)
    page.get_by_role("menuitemradio", name="Tom Lindqvist").click()
    expect(page.locator("#act-as")).to_contain_text("Tom Lindqvist")
    expect(page.locator(".message .stamp").first).to_have_text(times["U0TOM"])
    expect(page.get_by_role("link", name="quality")).to_have_count(0)
    assert "as=U0TOM" in page.url
    page.reload()
    expect(page.locator("#act-as")).to_contain_text("Tom Lindqvist")


@pytest.mark.parametrize(
    ("choice", "shown"), [("Next Monday 09:00", "Mon .* 09:00"), ("Tomorrow 09:00", "09:00")]
)
def test_the_clock_moves(choice, shown, sandbox, open_page, address):
    """The clock's menu moves the workspace's time, on the wall of the person looking."""
    page = open_page(address())
    before = sandbox.clock.now()
    page.locator("#clock").click()
    page.get_by_role("menuitem", name=choice).click()
    expect(page.locator("#clock")).to_have_text(re.compile(shown))
    expect(page.locator("#clock")).to_contain_text("moved")
    assert sandbox.clock.now() > before


def test_home_opens_by_its_address_and_its_controls_act(slack, app, open_page, address):
    """#home tells the app that it was opened, shows what it publishes and sends what is chosen there."""
    pick = {
        "type": "static_select", "action_id": "when", "placeholder": plain("When"),
        "options": [{"text": plain("09:00"), "value": "9"}, {"text": plain("12:00"), "value": "12"}],
    }  # fmt: skip
    view = {"type": "home", "blocks": [{"type": "header", "text": plain("Good morning")}, actions(pick)]}

    def answer(payload):
        if payload.get("event", {}).get("type") == "app_home_opened":
            slack.views_publish(user_id="U0MAYA", view=view)

    app.answer = answer
    page = open_page(address("home"))
    expect(page.get_by_role("heading", name="Good morning")).to_be_visible()
    with page.expect_response(lambda answer: '"kind":"action"' in (answer.request.post_data or "")):
        page.get_by_label("When").select_option("12")
    assert app.last("block_actions")["actions"][0]["selected_option"]["value"] == "12"
    page.get_by_role("link", name="Messages", exact=True).click()
    expect(page.get_by_role("combobox", name="Message IQS")).to_be_visible()


def test_a_thread_opens_beside_and_takes_a_reply(slack, open_page, address):
    """A message's replies stand in a panel; a reply appears there and is counted in the channel."""
    root = slack.chat_postMessage(channel="C0GENERAL", text="Root")
    slack.chat_postMessage(channel="C0GENERAL", text="First reply", thread_ts=root["ts"])
    page = open_page(address())
    page.get_by_role("button", name="1 reply").click()
    panel = page.get_by_role("complementary", name="Thread")
    expect(panel).to_contain_text("First reply")
    box = panel.get_by_role("combobox")
    box.fill("Second reply")
    box.press("Enter")
    expect(panel).to_contain_text("Second reply")
    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_what_arrives_elsewhere_is_counted_and_read_when_opened(slack, open_page, address):
    """A direct message shows as an unread badge without a reload; opening it clears the badge."""
    page = open_page(address())
    room = direct(slack)
    slack.chat_postMessage(channel=room, text="For you")
    slack.chat_postMessage(channel=room, text="And again")
    expect(page.locator(".sidebar .unread")).to_have_text("2")
    page.locator(".sidebar").get_by_role("link", name="IQS").click()
    expect(page.locator(".messages")).to_contain_text("And again")
    expect(page.locator(".rule.new")).to_be_visible()
    expect(page.locator(".sidebar .unread")).to_have_count(0)


def test_folded_pages_and_sorted_tables(slack, open_page, address):
    """A collapsible container opens; a data table turns its pages and sorts by a column."""
    container, table = SHOWN["container"][0], SHOWN["data_table"][0]
    slack.chat_postMessage(channel="C0GENERAL", text="x", blocks=[container, table])
    page = open_page(address())
    fold = page.get_by_role("button", name="Excerpt")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_text("Where is my order?")).to_be_hidden()
    fold.click()
    expect(page.get_by_text("Where is my order?")).to_be_visible()
    drawn = page.locator(".data-table")
    expect(drawn.locator("tbody tr")).to_have_count(2)
    drawn.get_by_role("button", name="Next page").click()
    expect(drawn.locator("tbody tr")).to_have_count(1)
    drawn.get_by_role("button", name="IQS", exact=True).click()
    expect(drawn.locator("tbody tr").first).to_contain_text("97 %")


def test_the_start_card_is_dismissed_for_good(sandbox, open_page, address):
    """The card says what to try and does not come back once dismissed."""
    sandbox.start_page = {"title": "Welcome", "lines": ["Try *this* first.", "Then `/iqs me`."]}
    page = open_page(address())
    card = page.get_by_role("region", name="Welcome")
    expect(card.locator("strong")).to_have_text("this")
    card.get_by_role("button", name="Dismiss").click()
    page.reload()
    page.locator(".messages").wait_for()
    expect(card).to_have_count(0)


def test_a_workspace_without_its_app_says_so(open_page):
    """Nobody wonders why clicks are not answered: the page says that the app is not connected."""
    with Sandbox(MANIFEST, users=[SandboxUser("U0MAYA", "maya", "Maya")]) as lonely:
        # This workspace ends before the page does, in the middle of what the page listens to.
        page = open_page(f"{lonely.url}/?as=U0MAYA", expect=("ERR_INCOMPLETE_CHUNKED_ENCODING",))
        expect(page.get_by_text("is not connected")).to_be_visible()


def test_the_bare_address_shows_the_first_person(sandbox, open_page):
    """Without `as` the page acts as the first human of the workspace."""
    page = open_page(f"{sandbox.url}/")
    expect(page.locator("#act-as")).to_contain_text("Maya Okafor")


def test_every_control_has_a_name(slack, open_page, address, opened_modal):
    """No button, link or field is nameless to a screen reader, in messages, modals and around them."""
    blocks = [
        block
        for block, _ in SHOWN.values()
        if block["type"] in ("actions", "section", "data_table", "container")
    ]
    slack.chat_postMessage(
        channel="C0GENERAL", text="x", blocks=[*blocks, actions(button("open", "Open it"))]
    )
    page = open_page(address())
    opened_modal(page, modal(), "Open it")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll(
          "button, a[href], input, select, textarea, [role=radiogroup], dialog")]
        .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length
          || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent.trim()))
        .map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert nameless == []

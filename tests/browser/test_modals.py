"""Modals and confirm dialogs of the sandbox's page: what is asked, kept, refused and sent."""

from playwright.sync_api import expect

from tests.browser.gallery import actions, button, modal, plain


def test_a_confirm_dialog_stands_before_the_action(sandbox, slack, app, open_page, address):
    """Saying no sends nothing; saying yes sends the action."""
    confirm = {
        "title": plain("Sure?"),
        "text": plain("It goes away."),
        "confirm": plain("Delete"),
        "deny": plain("Keep"),
    }
    slack.chat_postMessage(
        channel="C0GENERAL", text="x", blocks=[actions(button("gone", confirm=confirm, style="danger"))]
    )
    page = open_page(address())
    page.get_by_role("button", name="Press").click()
    expect(page.get_by_role("alertdialog", name="Sure?")).to_contain_text("It goes away.")
    page.get_by_role("button", name="Keep").click()
    assert app.heard == []
    page.get_by_role("button", name="Press").click()
    with page.expect_response("**/sandbox/act"):
        page.get_by_role("button", name="Delete").click()
    assert app.last("block_actions")["actions"][0]["action_id"] == "gone"


def test_a_modal_shows_errors_under_its_inputs_and_then_submits(slack, app, open_page, address, opened_modal):
    """Slack's own check comes first, then the app's; values arrive in state.values and the modal closes."""
    slack.chat_postMessage(channel="C0GENERAL", text="x", blocks=[actions(button("open"))])
    page = open_page(address())
    dialog = opened_modal(page, modal())
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".input", has_text="Summary")).to_contain_text("required field")
    expect(dialog.get_by_label("Summary")).to_have_attribute("aria-invalid", "true")
    assert all(payload["type"] != "view_submission" for payload in app.heard)

    dialog.get_by_label("Summary").fill("Short")
    dialog.get_by_label("Good", exact=True).check()
    dialog.get_by_label("Late", exact=True).check()
    dialog.get_by_label("Channel").select_option("chat")
    dialog.get_by_label("Colleague").select_option("U0TOM")
    dialog.get_by_label("Day").fill("2026-11-20")
    app.answer = lambda _payload: {"response_action": "errors", "errors": {"summary": "Say a little more."}}
    dialog.get_by_role("button", name="Save").click()
    fault = dialog.locator(".input", has_text="Summary")
    expect(fault).to_contain_text("Say a little more.")
    expect(dialog.get_by_label("Summary")).to_be_focused()
    expect(dialog.get_by_label("Summary")).to_have_value("Short")

    app.answer = lambda _payload: None
    dialog.get_by_label("Summary").fill("Long enough")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    values = app.last("view_submission")["view"]["state"]["values"]
    assert values["summary"]["text"]["value"] == "Long enough"
    assert values["grade"]["pick"]["selected_option"]["value"] == "good"
    assert [option["value"] for option in values["causes"]["pick"]["selected_options"]] == ["late"]
    assert values["channel"]["pick"]["selected_option"]["value"] == "chat"
    assert values["colleague"]["pick"]["selected_user"] == "U0TOM"
    assert values["day"]["pick"]["selected_date"] == "2026-11-20"


def test_an_updated_modal_keeps_what_was_typed_where_the_ids_stay(
    slack, app, open_page, address, opened_modal
):
    """When an answer makes the app add an input, typed text survives and a new block_id starts empty."""
    slack.chat_postMessage(channel="C0GENERAL", text="x", blocks=[actions(button("open"))])
    page = open_page(address())
    dialog = opened_modal(page, modal(dispatch=True))

    def grow(payload):
        renamed = modal(dispatch=True, note="note-2", extra=True)
        slack.views_update(view_id=payload["view"]["id"], hash=payload["view"]["hash"], view=renamed)

    app.answer = grow
    dialog.get_by_label("Summary").fill("kept")
    dialog.get_by_label("Note").fill("lost")
    dialog.get_by_label("Good", exact=True).check()
    expect(dialog.get_by_label("Why not the top?")).to_be_visible()
    expect(dialog.get_by_label("Summary")).to_have_value("kept")
    expect(dialog.get_by_label("Note")).to_have_value("")
    expect(dialog.get_by_label("Good", exact=True)).to_be_checked()
    expect(dialog.get_by_label("Good", exact=True)).to_be_focused()
    assert app.last("block_actions")["view"]["state"]["values"]["summary"]["text"]["value"] == "kept"


def test_a_modal_holds_the_keyboard_and_escape_closes_it(slack, open_page, address, opened_modal):
    """Tab never leaves the modal; Escape closes it and gives the focus back to the button that opened it."""
    slack.chat_postMessage(channel="C0GENERAL", text="x", blocks=[actions(button("open"))])
    page = open_page(address())
    opened_modal(page, modal())
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Press")).to_be_focused()


def test_a_pushed_modal_goes_back_to_the_one_below_with_its_values(
    slack, app, open_page, address, opened_modal
):
    """Closing the upper modal shows the lower one as it was left."""
    slack.chat_postMessage(channel="C0GENERAL", text="x", blocks=[actions(button("open"))])
    page = open_page(address())
    view = modal()
    view["blocks"].append(actions(button("deeper", "Deeper")))
    dialog = opened_modal(page, view)
    upper = {
        "type": "modal",
        "title": plain("Upper"),
        "blocks": [{"type": "section", "text": plain("Up here")}],
    }
    app.answer = lambda payload: slack.views_push(trigger_id=payload["trigger_id"], view=upper) and None
    dialog.get_by_label("Summary").fill("half done")
    dialog.get_by_role("button", name="Deeper").click()
    expect(page.get_by_role("dialog", name="Upper")).to_contain_text("Up here")
    page.get_by_role("button", name="Back", exact=True).last.click()
    expect(page.get_by_role("dialog").get_by_label("Summary")).to_have_value("half done")

"""A reviewer's and an agent's whole journey at their Slack clients, for tests that look at what it leaves."""

from blocks import ids
from blocks.ids import ActionId


def play(app, slack, now, words="Thank you."):
    """A reviewer rates, comments, submits, undoes, edits, skips and hands on; an agent reads and acknowledges."""
    rita = slack.driver("U0RITA")

    def card(number=0):
        assert app.answers.settle(60)
        return rita.wait_for(lambda: [m for m in rita.dm() if m["blocks"] and not m["ephemeral"]])[number]

    rows = [b for b in card()["blocks"] if ids.rated_category(b.get("block_id", ""))]
    assert rita.click(card(), "scorecard.rate.1", rows[0]["block_id"]).ok
    assert rita.click(card(), ActionId.READ).ok
    rita.wait_for(lambda: rita.view)
    for row in rows:
        assert rita.act_in_view(ActionId.REVIEW_RATING, row["block_id"], "2").ok
        assert app.answers.settle(60)
    causes = [b for b in rita.view["blocks"] if b.get("block_id", "").startswith("causes.")]
    ticked = causes[0]["element"]["options"][0]["value"]
    assert rita.act_in_view(ActionId.REVIEW_CAUSES, causes[0]["block_id"], [ticked]).ok
    rita.fill(ids.COMMENT_BLOCK, ActionId.REVIEW_COMMENT, words)
    assert rita.act_in_view(ActionId.REVIEW_SAVE).ok
    assert rita.submit().ok
    for action in (ActionId.UNDO, ActionId.SUBMIT, ActionId.EDIT):
        assert rita.click(card(), action).ok
    assert app.answers.settle(60)
    rita.wait_for(lambda: rita.view)
    assert rita.submit().ok
    assert rita.click(card(1), ActionId.MENU, value=chosen(card(1), "skip")).ok
    assert app.answers.settle(60)
    rita.wait_for(lambda: rita.view)
    rita.fill(ids.SKIP_BLOCK, ActionId.SKIP_REASON, "sensitive")
    assert rita.submit().ok
    assert rita.click(card(2), ActionId.MENU, value=chosen(card(2), "reassign")).ok
    rita.home()
    rita.command("/iqs me")
    now.move(minutes=11)
    app.directory.sync()
    assert app.answers.settle(60)
    app.delivery.drain()
    [agent] = [each for each in map(slack.driver, ("U0ADA", "U0BEN")) if each.dm()]
    for action in (ActionId.FEEDBACK_READ, ActionId.FEEDBACK_EXPLAIN, ActionId.ACKNOWLEDGE):
        assert agent.click(agent.dm()[0], action).ok
    assert app.answers.settle(60)


def chosen(card, choice):
    """The value of one of the menu's options."""
    menus = [e for b in card["blocks"] for e in b.get("elements", []) if e.get("action_id") == ActionId.MENU]
    return next(o["value"] for o in menus[0]["options"] if o["value"].startswith(choice))

"""The whole loop in a real workspace on this machine: what people click is stored, shown and told."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from slack_bolt import BoltRequest

from blocks import ids
from blocks.ids import ActionId
from bot.app import build
from iqs.errors import Unavailable
from iqs.reviews import UNDO_WINDOW
from iqs.services import enrolling, reviewing


class Reviewer:
    """Rita at her Slack client."""

    def __init__(self, driver, app):
        self.driver = driver
        self.app = app

    @property
    def card(self):
        """The oldest message, as it stands after everything was redrawn."""
        assert self.app.answers.settle(60)
        return self.driver.wait_for(lambda: [m for m in self.driver.dm() if m["blocks"]])[0]

    def rows(self):
        """The action ids of each rating row, by block."""
        return {
            block["block_id"]: [each["action_id"] for each in block["elements"]]
            for block in self.card["blocks"]
            if block["type"] == "actions" and ids.rated_category(block["block_id"])
        }

    def click(self, action, block=None, value=None):
        done = self.driver.click(self.card, action, block, value)
        assert done.ok, done
        return done

    def rate_all(self):
        for block, buttons in self.rows().items():
            self.click([each for each in buttons if not each.endswith("na")][-1], block)

    def opened(self):
        assert self.app.answers.settle(60)
        return self.driver.wait_for(lambda: self.driver.view)

    def shown(self):
        return json.dumps(self.card["blocks"], ensure_ascii=False)


def tick_reviews(app):
    """What the clock does about reviews, without the rest of a tick."""
    app.clock._tasks["the closed reviews"]()


@pytest.fixture
def rita(live, slack):
    return Reviewer(slack.driver("U0RITA"), live)


@pytest.fixture
def refusals(slack):
    """Every call that the workspace refused so far."""
    return lambda: [(call.method, call.error) for call in slack.calls if not call.ok]


def test_rate_submit_and_the_agent_reads(live, slack, rita, now, refusals):
    """A click a category, submit; after the window the agent's message comes, and Edit and Undo are gone."""
    rita.rate_all()
    assert "5 of 5" in rita.shown()
    rita.click(ActionId.SUBMIT)
    assert "Scored 100" in rita.shown()
    assert ActionId.UNDO in rita.shown()
    assert live.delivery.drain() == 0
    now.move(seconds=UNDO_WINDOW.total_seconds() + 1)
    tick_reviews(live)
    assert ActionId.UNDO not in rita.shown()
    live.directory.sync()  # whoever the agent is, they are known in Slack now
    assert live.delivery.drain() == 1
    agents = [slack.driver(user) for user in ("U0ADA", "U0BEN")]
    [agent] = [each for each in agents if each.dm()]
    [message] = agent.dm()
    assert agent.click(message, ActionId.ACKNOWLEDGE).ok
    live.answers.settle(60)
    [message] = agent.dm()
    assert ActionId.ACKNOWLEDGE not in json.dumps(message["blocks"])
    assert agent.click(message, ActionId.FEEDBACK_EXPLAIN).ok
    assert agent.wait_for(lambda: agent.view)["title"]["text"] == "How it was scored"
    assert agent.close().ok
    assert agent.click(message, ActionId.FEEDBACK_READ).ok
    assert agent.wait_for(lambda: agent.view)["title"]["text"] == "Conversation"
    assert not refusals()


def test_edit_and_undo_go_away_though_nothing_ran_when_the_window_passed(
    live, slack, rita, now, settings, refusals
):
    """The next process folds what the last one left open, once, and leaves alone what is still open."""
    rita.rate_all()
    rita.click(ActionId.SUBMIT)
    live.close()
    now.move(hours=3)
    again = build(settings, now=now)
    try:
        tick_reviews(again)
        assert again.answers.settle(60)
        assert ActionId.UNDO not in json.dumps(rita.driver.dm()[0]["blocks"])
        calls = len(slack.calls)
        tick_reviews(again)
        assert again.answers.settle(60)
        assert len(slack.calls) == calls
    finally:
        again.close()
    assert not refusals()


def test_the_modal_holds_the_same_draft(rita, refusals):
    """What was clicked in the message is chosen in the modal, and the other way round; submitting closes it."""
    block, buttons = next(iter(rita.rows().items()))
    rita.click(buttons[1], block)
    rita.click(ActionId.READ)
    view = rita.opened()
    [radio] = [each["element"] for each in view["blocks"] if each.get("block_id") == block]
    assert radio["initial_option"]["value"] == "2"
    inputs = [each["block_id"] for each in view["blocks"] if ids.rated_category(each.get("block_id", ""))]
    for each in inputs:
        options = next(b for b in rita.opened()["blocks"] if b.get("block_id") == each)["element"]["options"]
        assert rita.driver.act_in_view(ActionId.REVIEW_RATING, each, options[0]["value"]).ok
        rita.app.answers.settle(60)
    assert "5 of 5" in rita.shown()
    rita.driver.fill(ids.COMMENT_BLOCK, ActionId.REVIEW_COMMENT, "Thank you for your patience.")
    done = rita.driver.submit()
    assert done.ok, done
    assert not rita.driver.views()
    assert "Scored" in rita.shown()
    assert not refusals()


def test_a_ticked_cause_is_kept_when_the_window_is_closed(rita, refusals):
    """Closing the modal without submitting loses neither the choice nor its root cause."""
    block = next(iter(rita.rows()))
    rita.click(ActionId.READ)
    rita.opened()
    assert rita.driver.act_in_view(ActionId.REVIEW_RATING, block, "1").ok
    rita.app.answers.settle(60)
    causes = ids.causes_block(ids.rated_category(block))
    offered = next(each for each in rita.opened()["blocks"] if each.get("block_id") == causes)["element"][
        "options"
    ]
    assert rita.driver.act_in_view(ActionId.REVIEW_CAUSES, causes, [offered[0]["value"]]).ok
    rita.driver.close()
    rita.click(ActionId.READ)
    again = next(each for each in rita.opened()["blocks"] if each.get("block_id") == causes)["element"]
    assert [each["value"] for each in again["initial_options"]] == [offered[0]["value"]]
    assert not refusals()


def test_a_missing_rating_is_told_under_its_input(rita):
    """Submitting an unfinished modal keeps it open, with a sentence under each category without a rating."""
    rita.click(ActionId.READ)
    rita.opened()
    done = rita.driver.submit()
    assert len(rita.driver.views()) == 1
    assert done.response_action == "errors" or not done.ok
    assert all(ids.rated_category(block) for block in done.errors)


def test_edit_takes_it_back_and_opens_it(rita, refusals):
    """Edit is one click: the message is open again and the modal stands over it, with everything kept."""
    rita.rate_all()
    rita.click(ActionId.SUBMIT)
    rita.click(ActionId.EDIT)
    assert rita.opened()["callback_id"] == "review"
    assert "5 of 5" in rita.shown()
    assert rita.driver.submit().ok
    assert "Scored" in rita.shown()
    assert not refusals()


def waiting_in(home):
    accessories = [each["accessory"] for each in home["blocks"] if "accessory" in each]
    return [each["value"] for each in accessories if each["action_id"] == ActionId.READ]


def test_the_home_behind_a_window_shows_what_was_submitted(live, rita, refusals):
    """Opened from the Home, submitted there: the conversation is off the list without opening the tab anew."""
    home = rita.driver.home()
    before = waiting_in(home)
    first = next(each for each in home["blocks"] if "accessory" in each)
    assert rita.driver.act_in_view(ActionId.READ, first["block_id"], view=home).ok
    for each in rita.opened()["blocks"]:
        if ids.rated_category(each.get("block_id", "")):
            assert rita.driver.act_in_view(ActionId.REVIEW_RATING, each["block_id"], "2").ok
            assert live.answers.settle(60)
    assert rita.driver.submit().ok
    assert live.answers.settle(60)
    assert waiting_in(rita.driver._get("home")["view"]) == before[1:]
    assert not refusals()


def test_what_is_acknowledged_in_a_window_is_so_in_the_message(live, slack, rita, now, programme, refusals):
    """The same feedback has one state, wherever it was acknowledged."""
    rita.rate_all()
    rita.click(ActionId.SUBMIT)
    now.move(seconds=UNDO_WINDOW.total_seconds() + 1)
    live.directory.sync()
    live.delivery.drain()
    [agent] = [each for each in map(slack.driver, ("U0ADA", "U0BEN")) if each.dm()]
    home = agent.home()
    assert agent.act_in_view(ActionId.FEEDBACK_OPEN, view=home).ok
    agent.wait_for(lambda: agent.view)
    assert agent.act_in_view(ActionId.ACKNOWLEDGE).ok
    assert live.answers.settle(60)
    [message] = agent.dm()
    assert ActionId.ACKNOWLEDGE not in json.dumps(message["blocks"])
    assert not refusals()


def test_undo_after_the_window_says_so_and_shows_how_it_stands(rita, now, live):
    """An old picture's Undo changes nothing, tells why, and goes away."""
    rita.rate_all()
    rita.click(ActionId.SUBMIT)
    old = rita.card
    now.move(seconds=UNDO_WINDOW.total_seconds() + 1)
    assert rita.driver.click(old, ActionId.UNDO).ok
    live.answers.settle(60)
    said = [each for each in rita.driver.dm() if each["ephemeral"]]
    assert "ten minutes" in said[0]["text"]
    assert "Scored" in rita.shown()
    assert ActionId.UNDO not in rita.shown()


def test_skip_with_a_reason(rita, refusals):
    """The menu asks why; the message folds."""
    rita.click(ActionId.MENU, value=option(rita.card, "skip"))
    rita.opened()
    rita.driver.fill(ids.SKIP_BLOCK, ActionId.SKIP_REASON, "sensitive")
    assert rita.driver.submit().ok
    assert "Skipped" in rita.shown()
    assert not refusals()


def test_reassign_hands_it_to_the_other_reviewer(rita, live, slack, refusals):
    """Omar gets Rita's conversation; hers folds."""
    before = len(slack.driver("U0OMAR").dm())
    rita.click(ActionId.MENU, value=option(rita.card, "reassign"))
    rita.opened()
    rita.driver.fill(ids.HAND_ON_REASON, ActionId.HAND_ON_REASON, "to share the work more evenly")
    assert rita.driver.submit().ok
    assert live.answers.settle(60)
    assert "Passed on" in rita.shown()
    live.delivery.drain()
    assert len(slack.driver("U0OMAR").dm()) == before + 1
    assert not refusals()


def option(card, choice):
    [menu] = [
        each
        for block in card["blocks"]
        for each in block.get("elements", [])
        if each.get("action_id") == ActionId.MENU
    ]
    return next(each["value"] for each in menu["options"] if each["value"].startswith(choice))


def test_home_and_commands(live, slack, rita, refusals):
    """The Home lists what waits and opens it; /iqs answers only its asker; an unknown word gets help."""
    home = rita.driver.home()
    assert "Waiting for you" in json.dumps(home)
    assert rita.driver.act_in_view(ActionId.READ, view=home).ok
    assert rita.opened()["callback_id"] == "review"
    ada, lena = slack.driver("U0ADA"), slack.driver("U0LENA")
    assert "Your quality score" in json.dumps(ada.command("/iqs me").ephemerals)
    assert "Support" in json.dumps(lena.command("/iqs team").ephemerals)
    assert "Support" in json.dumps(lena.command("/iqs team support").ephemerals)
    assert "no team" in json.dumps(lena.command("/iqs team Nowhere").ephemerals)
    assert "Commands" in json.dumps(ada.command("/iqs").ephemerals)
    assert "I do not know" in json.dumps(ada.command("/iqs wat <!channel>").ephemerals)
    assert not refusals()


def said(answer):
    return json.dumps(json.loads(answer.body), ensure_ascii=False)


def test_team_names_are_taken_as_they_were_typed(app, dispatch, payloads, programme):
    """Slack escapes what is typed, and our own sentences show names in quotes: both find the team."""
    enrolling.import_people(
        programme,
        "team,email,name,roles,slack_user_id,helpdesk_id\n"
        "R&D,lena@example.com,Lena Lead,lead,U0LENA,\n"
        "Sales <EU>,lena@example.com,Lena Lead,reviewer,U0LENA,\n",
    )
    for typed in ("team R&amp;D", 'team "R&amp;D"', "team “R&amp;D”", "TEAM  r&amp;d "):
        assert "R&amp;D: last 30 days" in said(dispatch(payloads.command("U0LENA", typed))).replace(
            "R&D", "R&amp;D"
        )
    assert "several teams" in said(dispatch(payloads.command("U0LENA", "team")))
    # Of a team she does not lead, she hears why its figures are not for her, not that there is none.
    assert "for its leads" in said(dispatch(payloads.command("U0LENA", "team Sales &lt;EU&gt;")))


def test_an_auditor_may_ask_about_every_team(app, dispatch, payloads, programme):
    """The role counts in every team, whichever team's line of the people file gave it."""
    enrolling.import_people(
        programme,
        "team,email,name,roles,slack_user_id,helpdesk_id\n"
        "Audit,sam@example.com,Sam Stranger,auditor,U0STRANGER,\n",
    )
    assert "Support" in said(dispatch(payloads.command("U0STRANGER", "team Support")))
    assert "no team" not in said(dispatch(payloads.command("U0STRANGER", "team Support")))


def rows(store, table):
    with store.read() as tx:
        return tx.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()


def test_the_same_payload_five_times_leaves_one_row(app, dispatch, payloads, programme, open_for):
    """A replayed or doubled click, a submit and a replayed submit change nothing more."""
    rita = enrolling.identify(programme, "U0RITA")
    number = open_for("U0RITA")[0]
    card = reviewing.open_card(programme, rita, number)
    notices = rows(programme, "notice")
    for category in card.scorecard.categories:
        block = ids.rating_block(category.key)
        for _ in range(5):
            click = payloads.click("U0RITA", "scorecard.rate.2", number, block=block)
            assert dispatch(click).status == 200
    for _ in range(5):
        assert dispatch(payloads.click("U0RITA", ActionId.SUBMIT, number)).status == 200
    assert rows(programme, "review") == 1
    assert rows(programme, "rating") == len(card.scorecard.categories)
    assert rows(programme, "notice") == notices + 1


def test_twenty_clicks_at_once_end_in_one_rating(app, payloads, programme, open_for):
    """Whoever wins, there is one rating, and it is one that was clicked."""
    number = open_for("U0RITA")[0]
    click = payloads.click("U0RITA", "scorecard.rate.3", number, block="rating.solution")
    category = reviewing.card_of_notice(programme, number).scorecard.categories[0]
    click["actions"][0]["block_id"] = ids.rating_block(category.key)
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: app.bolt.dispatch(
                    BoltRequest(body=json.loads(json.dumps(click)), mode="socket_mode")
                ),
                range(20),
            )
        )
    assert {answer.status for answer in answers} == {200}
    app.answers.settle(60)
    assert rows(programme, "rating") == 1


def test_skip_on_an_old_picture_opens_no_window(app, slack, dispatch, payloads, programme, open_for):
    """What is over already cannot be skipped, and no window asks why one would."""
    rita = enrolling.identify(programme, "U0RITA")
    number = open_for("U0RITA")[0]
    chosen = {"type": "overflow", "selected_option": {"value": f"skip:{number}"}}
    chosen |= {"response_url": "http://127.0.0.1:9/gone"}

    def windows():
        assert dispatch(payloads.click("U0RITA", ActionId.MENU, **chosen)).status == 200
        return [call.method for call in slack.calls].count("views.open")

    assert windows() == 1
    reviewing.skip(programme, rita, number, "sensitive", now=app.now())
    assert windows() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"action_id": "scorecard.rate.9"},
        {"action_id": "from.an.older.version"},
        {"value": "no number"},
        {"value": "99999999"},
        {"value": ""},
        {"block_id": "rating.no-such-category"},
        {"action_id": "scorecard.menu", "type": "overflow", "selected_option": {"value": "skip:x"}},
    ],
    ids=repr,
)
def test_clicks_that_cannot_be_understood_are_answered_politely(
    dispatch, payloads, open_for, programme, change
):
    """Old and forged buttons are acknowledged, change nothing, and break nothing."""
    body = payloads.click("U0RITA", "scorecard.rate.3", open_for("U0RITA")[0], block="rating.solution")
    body["actions"][0] |= change
    assert dispatch(body).status == 200
    assert rows(programme, "review") == 0


def test_a_trigger_that_expired_says_press_again(live, slack, rita, monkeypatch):
    """A window that Slack no longer opens is a sentence under the message; nothing changed."""
    from slack_sdk.errors import SlackApiError

    def late(**_):
        raise SlackApiError("late", {"ok": False, "error": "expired_trigger_id"})

    monkeypatch.setattr(live.answers._client, "views_open", late)
    rita.click(ActionId.READ)
    live.answers.settle(60)
    assert any(each["ephemeral"] and "press again" in each["text"] for each in rita.driver.dm())


def test_a_window_that_slack_failed_to_open_says_press_again(live, slack, rita):
    """A fault of Slack's own is no silent click."""
    slack.faults.next("views.open", "reset", 1)
    rita.click(ActionId.READ)
    live.answers.settle(60)
    assert any(each["ephemeral"] and "press again" in each["text"] for each in rita.driver.dm())


def test_a_fault_of_ours_is_a_reference_and_no_word_of_it_is_logged(live, slack, rita, monkeypatch, caplog):
    """The person reads a reference; the log has it with the place, without the error's text."""

    def broken(*_, **__):
        raise RuntimeError("ada@example.com said so")

    monkeypatch.setattr(reviewing, "rate", broken)
    block, buttons = next(iter(rita.rows().items()))
    rita.click(buttons[0], block)
    live.answers.settle(60)
    [said] = [each for each in rita.driver.dm() if each["ephemeral"]]
    assert "reference" in said["text"]
    assert said["text"].rsplit(" ", 1)[-1] in caplog.text
    assert "ada@example.com" not in caplog.text


def test_a_database_out_of_reach_is_said_kindly(app, dispatch, payloads, monkeypatch):
    """Even before anybody is known: a command gets the sentence, an event comes again later."""

    def out(*_):
        raise Unavailable("The database cannot be reached just now; nothing was saved.")

    monkeypatch.setattr(enrolling, "identify", out)
    answer = dispatch(payloads.command("U0RITA", "me"))
    assert (answer.status, "nothing was saved" in answer.body) == (200, True)
    assert dispatch(payloads.home("U0RITA")).status == 503
    submission = payloads.submission("U0RITA", {"callback_id": "review", "type": "modal"})
    assert json.loads(dispatch(submission).body)["response_action"] == "push"


def test_the_same_loop_over_http(app, slack, programme, free_door):
    """Signed HTTP delivery to the door is the same as Socket Mode."""
    slack.connect_http(free_door)
    app.delivery.drain()
    rita = Reviewer(slack.driver("U0RITA"), app)
    rita.rate_all()
    rita.click(ActionId.SUBMIT)
    assert "Scored 100" in rita.shown()


def test_slow_pictures_hold_up_no_request(app, free_door):
    """What follows earlier acks has threads of its own: a Slack out of reach delays no ack."""
    gate = threading.Event()
    for _ in range(60):
        app.answers.later("stuck", lambda: gate.wait(20))
    try:
        assert httpx.get(free_door.replace("/slack/events", "/readyz"), timeout=60).text == "ready"
    finally:
        gate.set()


def test_readiness_names_what_is_wrong(app, slack):
    """Database and token are looked at; a revoked token makes it not ready."""
    assert app.door._ready() == []
    slack.revoke_token()
    app.door._ready._asked_at = None
    assert app.door._ready() == ["slack: token_revoked"]

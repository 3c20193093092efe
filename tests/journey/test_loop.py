"""One review's whole way through the real bot, as people see it in Slack, over both transports."""

import threading
from collections import Counter

from sqlalchemy import select

from blocks import ids
from blocks.ids import ActionId
from bot.demo import seen
from iqs.services import enrolling, reviewing
from iqs.storage import tables
from tests.journey.conftest import CHANNEL, OUTSIDER, WAIT

CATEGORIES = {"solution": 4, "tone_and_empathy": 5, "product_knowledge": 3, "process": 3, "grammar": 3}


def click(journey, reviewer, category, value):
    return reviewer.click(journey.card(reviewer), ids.rate_action(value), ids.rating_block(category))


def rate_all(journey, reviewer):
    for category, value in CATEGORIES.items():
        assert click(journey, reviewer, category, value).ok
    return journey.shows(reviewer, "5 of 5 rated")


def ratings(store):
    with store.read() as tx:
        return tx.execute(select(tables.Rating.category_id, tables.Rating.value)).all()


def reviews(store):
    with store.read() as tx:
        return tx.execute(select(tables.Review.state, tables.Review.version)).all()


def person(journey, name):
    return enrolling.identify(journey.store, journey.drive(name).user_id)


def quiet(journey, driver):
    """Waits until nothing that is due is left to be sent."""
    waiting = select(tables.Notice.id).where(
        tables.Notice.state.in_(["pending", "sending"]),
        tables.Notice.not_before <= journey.sandbox.clock.now(),
    )

    def done():
        with journey.store.read() as tx:
            return not tx.execute(waiting).all()

    driver.wait_for(done)


def whispers(driver):
    return [seen.words(m["blocks"] or m["text"]) for m in driver.dm() if m["ephemeral"]]


def test_loop(journey):
    """A reviewer rates and submits, the agent is told after ten minutes, the lead sees it in the team's figures."""
    rosa = journey.drive("rosa")
    card = rate_all(journey, rosa)
    agent = journey.drive(seen.words(card["blocks"][0]).removeprefix("Scorecard: ").lower())
    assert rosa.click(card, ActionId.SUBMIT).ok
    journey.shows(rosa, "Scored 81 %")
    assert agent.dm() == [] or all("Feedback" not in seen.words(m["blocks"]) for m in agent.dm())

    rosa.move_clock("+10m")
    told = agent.wait_for(
        lambda: next((m for m in agent.dm() if "Feedback on your" in seen.words(m["blocks"])), None), WAIT
    )
    assert agent.click(told, ActionId.ACKNOWLEDGE).ok
    agent.wait_for(lambda: "You acknowledged this" in seen.words([m["blocks"] for m in agent.dm()]))
    mine = agent.command("/iqs me", wait=WAIT).ephemerals
    assert "81 %" in seen.words(mine[0]["blocks"])
    team = journey.drive("lea").command("/iqs team", wait=WAIT).ephemerals
    assert "1 of 3 reviews done" in seen.words(team[0]["blocks"])
    assert not [each for each in journey.sandbox.deliveries if each.ack.error]


def test_the_modal_does_the_same(journey):
    """What is missing is said beside its field; complete, the window closes and the message folds."""
    rosa = journey.drive("rosa")
    assert rosa.click(journey.card(rosa), ActionId.READ).ok
    rosa.wait_for(lambda: rosa.view)
    for category, value in CATEGORIES.items():
        block = ids.rating_block(category)
        assert rosa.act_in_view(ActionId.REVIEW_RATING, block, ids.rating_value(value)).ok
        if category == "process":
            assert set(rosa.submit().errors) == {ids.rating_block("grammar")}
    rosa.fill(ids.COMMENT_BLOCK, ActionId.REVIEW_COMMENT, "Kind and clear.")
    assert rosa.submit().ok
    journey.shows(rosa, "Scored 81 %")
    assert rosa.view is None
    with journey.store.read() as tx:
        assert tx.execute(select(tables.Review.comment)).scalars().all() == ["Kind and clear."]


def test_double_click(journey):
    """Two presses of one button at the same moment store one rating."""
    rosa = journey.drive("rosa")
    card = journey.card(rosa)
    block = ids.rating_block("solution")
    outcomes = []
    presses = [
        threading.Thread(target=lambda: outcomes.append(rosa.click(card, ids.rate_action(4), block)))
        for _ in range(2)
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert [each.ok for each in outcomes] == [True, True]
    journey.shows(rosa, "1 of 5 rated")
    assert [value for _, value in ratings(journey.store)] == [4]


def test_the_same_payload_five_times(journey):
    """Delivered again and again, a click and a submission leave one rating, one review and one notice."""
    rosa = journey.drive("rosa")
    click(journey, rosa, "solution", 4)
    for _ in range(4):
        journey.again(*journey.sent[-1])
    assert [value for _, value in ratings(journey.store)] == [4]
    rosa.click(rate_all(journey, rosa), ActionId.SUBMIT)
    for _ in range(4):
        journey.again(*journey.sent[-1])
    journey.shows(rosa, "Scored 81 %")
    assert reviews(journey.store) == [("submitted", 1)]
    with journey.store.read() as tx:
        kinds = Counter(tx.execute(select(tables.Notice.kind)).scalars())
    assert kinds == {"draw": 1, "scorecard": 3, "feedback": 1}


def test_strangers_and_guests(journey):
    """Who is not in the programme, and a guest whom somebody gave a role, get the same kind refusal."""
    journey.app.clock.tick()  # the directory learns that Otto is a guest
    for user in (OUTSIDER, "U7"):
        driver = journey.sandbox.driver(user)
        for text in ("/iqs me", "/iqs team", "/iqs help"):
            answers = driver.command(text, wait=WAIT).ephemerals
            assert [seen.words(each["blocks"])[:22] for each in answers[-1:]] == ["I do not know you yet."]
        home = driver.home(wait=WAIT)
        assert seen.words(home["blocks"]).startswith("I do not know you yet.")
        assert driver.dm() == [each for each in driver.dm() if each["ephemeral"]]


def test_stale_modal(quick):
    """A window that was overtaken by a submission elsewhere changes nothing and says so; the entries stay."""
    rosa = quick.drive("rosa")
    rosa.click(rate_all(quick, rosa), ActionId.READ)
    rosa.wait_for(lambda: rosa.view)
    rosa.click(quick.card(rosa), ActionId.SUBMIT)
    quick.shows(rosa, "Scored 81 %")
    rosa.fill(ids.COMMENT_BLOCK, ActionId.REVIEW_COMMENT, "Too late")
    rosa.submit()
    assert "submitted from another window meanwhile" in seen.words(rosa.view["blocks"])
    assert len(rosa.views()) == 1
    assert rosa.view["state"][ids.COMMENT_BLOCK][ActionId.REVIEW_COMMENT] == "Too late"
    assert reviews(quick.store) == [("submitted", 1)]
    with quick.store.read() as tx:
        assert tx.execute(select(tables.Review.comment)).scalars().all() == [""]


def test_a_used_trigger(quick):
    """A click that opens a window opens it once, however often it is delivered, and nothing is said about it."""
    rosa = quick.drive("rosa")
    rosa.click(quick.card(rosa), ActionId.READ)
    rosa.wait_for(lambda: rosa.view)
    quick.again(*quick.sent[-1])
    assert quick.app.answers.settle(60)
    assert whispers(rosa) == []
    assert len(rosa.views()) == 1


def test_restart(journey):
    """A bot that is started again knows every draft, and its old messages still work."""
    rosa = journey.drive("rosa")
    click(journey, rosa, "solution", 4)
    click(journey, rosa, "process", 2)
    journey.shows(rosa, "2 of 5 rated")
    journey.stop()
    assert not click(journey, rosa, "grammar", 3).ok
    journey.start()
    assert click(journey, rosa, "grammar", 3).ok
    journey.shows(rosa, "3 of 5 rated")
    mine = len(reviewing.waiting(journey.store, person(journey, "rosa")))
    rosa.wait_for(lambda: len(rosa.dm()) >= mine)
    quiet(journey, rosa)
    assert len(rosa.dm()) == mine  # no scorecard came twice


def test_the_clock_jumps_while_messages_wait_for_their_turn(prepare):
    """Scorecards that wait for their second in the channel are sent once, though their leases seem to be over."""
    journey = prepare("socket mode", quota=3)
    rosa = journey.drive("rosa")
    mine = len(reviewing.waiting(journey.store, person(journey, "rosa")))
    assert mine > 3
    rosa.wait_for(rosa.dm)
    rosa.move_clock("+10m")
    rosa.wait_for(lambda: len(rosa.dm()) >= mine)
    quiet(journey, rosa)
    assert len(rosa.dm()) == mine


def test_digest_once(quick):
    """However often the clock ticks, and whoever ticks it, the week's digest is posted once."""
    lea = quick.drive("lea")
    lea.move_clock("monday 09:00")
    ticks = [threading.Thread(target=quick.app.clock.tick) for _ in range(3)]
    for tick in ticks:
        tick.start()
    for tick in ticks:
        tick.join()
    lea.wait_for(lambda: any("digest" in seen.words(m["blocks"][0]) for m in lea.messages(CHANNEL)))
    quick.app.clock.tick()
    quiet(quick, lea)
    posted = [seen.words(m["blocks"][0]) for m in lea.messages(CHANNEL)]
    assert [each for each in posted if "digest" in each] == ["IQS digest: Support, week 47"]


def test_skip_and_pass_on(quick):
    """The menu skips with a reason, and hands a conversation to a colleague who gets a message of their own."""
    rosa, cleo = quick.drive("rosa"), quick.drive("cleo")
    first = quick.card(rosa)
    task = reviewing.waiting(quick.store, person(quick, "rosa"))[0].assignment_id
    rosa.click(first, ActionId.MENU, value=f"skip:{task}")
    rosa.wait_for(lambda: rosa.view)
    rosa.fill(ids.SKIP_BLOCK, ActionId.SKIP_REASON, "sensitive")
    assert rosa.submit().ok
    quick.shows(rosa, "Skipped: ")
    assert cleo.wait_for(cleo.dm)

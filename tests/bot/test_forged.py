"""Whatever a client sends: who may not, changes nothing and learns nothing, in every action, window and command."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select

from blocks import handing_on, ids, review, skip
from blocks.ids import ActionId
from blocks.scorecard import Choice
from iqs.errors import IQSError
from iqs.services import enrolling, reviewing
from iqs.storage import tables
from tests.blocks.clicks import submitted

SECRETS = ("Question 1", "order number", "Rita", "Omar", "Ada", "Ben Agent", "example.com", "desk:c", "h-ada")
OTHERS = """team,email,name,roles,slack_user_id,helpdesk_id
Sales,stan@example.org,Stan,lead reviewer,U0STAN,h-stan
Sales,sid@example.org,Sid,agent,U0SID,h-sid
Support,gone@example.org,Gone,lead,U0GONE,
"""
PEOPLE = ("U0STRANGER", "U0GUEST", "U0FOREIGN", "U0GONE", "U0STAN", "U0SID")
OWN = {ActionId.ABSENCE, ActionId.LINK, ActionId.SKIP_REASON, ActionId.HAND_ON_TO, ActionId.HAND_ON_REASON}


def dump(store):
    """The database without the notes of what arrived."""
    with closing(sqlite3.connect(store.path)) as raw:
        return "\n".join(line for line in raw.iterdump() if 'INTO "inbox"' not in line)


@pytest.fixture
def said(app, monkeypatch):
    """Everything that leaves for Slack: words, windows, redrawn messages and Homes."""
    found = []

    def whisper(_body, message):
        found.append(str(message))

    def window(_body, view, **_):
        found.append(str(view))

    def drawn(*given):
        try:
            found.append(str(given[-1]()))
        except IQSError as error:
            found.append(str(error))

    monkeypatch.setattr(app.answers, "whisper", whisper)
    monkeypatch.setattr(app.answers, "open", window)
    for name in ("redraw", "redraw_view", "publish"):
        monkeypatch.setattr(app.answers, name, drawn)
    return found


@pytest.fixture
def aims(programme, now):
    """Support's own things: an assignment of each state, a review that is out, and people of another team."""
    enrolling.import_people(programme, OTHERS)
    enrolling.deactivate(programme, "U0GONE")
    rita = enrolling.identify(programme, "U0RITA")
    task, left = (each.assignment_id for each in reviewing.waiting(programme, rita)[:2])
    card = reviewing.card_of_notice(programme, task)
    for category in card.scorecard.categories:
        reviewing.rate(programme, rita, task, category.key, 2, now=now())
    reviewing.submit(programme, rita, task, now=now())
    now.move(hours=1)
    done = reviewing.card_of_notice(programme, task)
    with programme.read() as tx:
        draw = tx.execute(select(tables.Draw.team_id, tables.Draw.period)).one()
        notice = tx.scalars(select(tables.Notice.id).order_by(tables.Notice.id)).first()
    return {
        "task": left,
        "done": task,
        "review": done.review_id,
        "team": draw[0],
        "period": draw[1],
        "notice": notice,
    }


def values(aims):
    """For each action id what a forger would send with it; a MENU once for each of its choices."""
    task, done, review, team = (aims[each] for each in ("task", "done", "review", "team"))
    forged = {str(each): [{"value": str(review)}] for each in ActionId}
    forged |= {
        each: [{"value": str(task)}, {"value": str(done)}]
        for each in ActionId
        if each.startswith("scorecard.")
    }
    forged[ActionId.MENU] = [
        {"type": "overflow", "selected_option": {"value": f"{choice}:{number}"}}
        for choice in Choice
        for number in (task, done)
    ]
    for each in (ActionId.FEEDBACK_NEXT, ActionId.FEEDBACK_PREVIOUS):
        forged[each] = [{"value": f"{review}:0"}]
    for each in (ActionId.DELIVERY_RETRY, ActionId.DELIVERY_CANCEL):
        forged[each] = [{"value": str(aims["notice"])}, {"value": f"{aims['notice']}:sure"}]
    forged[ActionId.DELIVERY_MAP] = [{"type": "users_select", "block_id": "map.1", "selected_user": "U0STAN"}]
    forged[ActionId.WORK] = [{"value": str(team)}]
    forged[ActionId.WORK_HAND_ON] = [{"value": f"{task}:{team}"}]
    for each in (ActionId.DRAW_REDRAW, ActionId.DRAW_VERIFY):
        forged[each] = [{"value": f"{team}:{aims['period']}"}]
    forged |= {"scorecard.rate.1": [{"value": str(task)}], "scorecard.rate.na": [{"value": str(task)}]}
    return forged


def windows(programme, aims):
    """The windows that a forger would hand in, without a word that they were shown."""
    card = reviewing.card_of_notice(programme, aims["task"])
    rated = {ids.rating_block(each.key): "2" for each in card.scorecard.categories}
    made = [
        submitted(review.modal(card), picked=rated),
        submitted(review.modal(reviewing.card_of_notice(programme, aims["done"])), picked=rated),
        submitted(skip.modal(card), picked={ids.SKIP_BLOCK: "sensitive"}),
    ]
    for to in ("anybody", *(str(enrolling.identify(programme, each).id) for each in ("U0OMAR", "U0STAN"))):
        shown = handing_on.modal(aims["task"], [], team_id=aims["team"])
        shown["state"] = {"values": {
            ids.HAND_ON_TO: {ActionId.HAND_ON_TO: {"selected_option": {"value": to}}},
            ids.HAND_ON_REASON: {ActionId.HAND_ON_REASON: {"selected_option": {"value": "no time"}}},
        }}  # fmt: skip
        made.append(shown)
    for place, view in enumerate(made):
        text = json.dumps(view)
        for word in SECRETS:
            text = text.replace(word, "…")
        yield json.loads(text) | {"id": f"V{place}", "hash": "1", "previous_view_id": "V9"}


def surfaces(body, view):
    """The same click under a message, in a modal and in the App Home."""
    yield {**body, "response_url": "https://hooks.example.net/1"}
    shown = {key: body[key] for key in body if key not in {"message", "channel", "container"}}
    yield {**shown, "view": view}
    yield {**shown, "view": {"type": "home", "id": "V0", "hash": "1", "blocks": []}}


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_presses_what_is_not_theirs(dispatch, payloads, programme, aims, said, subtests, who):
    """Strangers, guests, another workspace's, deactivated, another team's people: every action."""
    payloads.team = "T0OTHER" if who == "U0FOREIGN" else payloads.team
    view = next(windows(programme, aims))
    before = dump(programme)
    for action_id, forged in values(aims).items():
        for more in forged if action_id not in OWN else ():
            block = more.get("block_id", "rating.solution")
            pressed = {"block_id": block, "action_id": str(action_id), "type": "button", **more}
            with subtests.test(f"{action_id} {more}"):
                said.clear()
                for body in surfaces(payloads.click(who, action_id), view):
                    answer = dispatch({**body, "trigger_id": payloads.trigger(), "actions": [pressed]})
                    assert answer.status == 200
                    assert not [word for word in SECRETS if word in answer.body + "".join(said)]
                    assert "reference" not in "".join(said)
                assert dump(programme) == before


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_hands_in_what_is_not_theirs(dispatch, payloads, programme, aims, said, subtests, who):
    """The same people with every window, whatever its metadata says."""
    payloads.team = "T0OTHER" if who == "U0FOREIGN" else payloads.team
    before = dump(programme)
    for view in windows(programme, aims):
        with subtests.test(view["callback_id"]):
            answer = dispatch(payloads.submission(who, view))
            assert answer.status == 200
            assert not [word for word in SECRETS if word in answer.body + "".join(said)]
            assert "reference" not in answer.body + "".join(said)
            assert dump(programme) == before


@pytest.mark.parametrize("who", ["U0STAN", "U0SID"])
def test_what_is_not_theirs_is_as_unknown_as_what_is_not_there(
    dispatch, payloads, programme, aims, said, subtests, who
):
    """Nobody finds out by its number whether a review, an assignment or a message of others exists."""
    for view in windows(programme, aims):
        gone = view | {"private_metadata": re.sub(r"\b\d+\b", "999999", view["private_metadata"], count=1)}
        told = [json.loads(dispatch(payloads.submission(who, each)).body) for each in (view, gone)]
        with subtests.test(view["callback_id"]):
            assert told[0]["view"]["blocks"] == told[1]["view"]["blocks"]
    nowhere = {**aims, **dict.fromkeys(("task", "done", "review", "notice"), 999_999)}
    there, gone = values(aims), values(nowhere)
    for action_id in there:
        answers = []
        for forged in (there, gone):
            said.clear()
            for more in forged[action_id] if action_id not in OWN else ():
                pressed = {
                    "block_id": "rating.solution",
                    "action_id": str(action_id),
                    "type": "button",
                    **more,
                }
                body = payloads.click(who, action_id, response_url="https://hooks.example.net/1")
                dispatch({**body, "actions": [pressed]})
            answers.append(list(said))
        with subtests.test(str(action_id)):
            assert answers[0] == answers[1]

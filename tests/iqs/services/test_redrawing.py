"""A period is drawn anew only while nobody has begun; then the old draw is gone and nothing is counted twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from iqs.assignments import SkipReason
from iqs.errors import Conflict, Invalid, IQSError, NotAllowed, NotFound
from iqs.services import (
    closing,
    configuring,
    drawing,
    enrolling,
    handing,
    redrawing,
    reviewing,
    selfing,
    tracking,
    verifying,
)
from iqs.storage import tables
from iqs.storage.store import Store
from tests.world import MONDAY, WEEK, conversation

LATER = MONDAY + timedelta(hours=1)


def states(store):
    """How many assignments of each attempt stand in which state."""
    with store.read() as tx:
        found = tx.execute(
            select(tables.Draw.attempt, tables.Assignment.state, func.count().label("n"))
            .join(tables.Draw, tables.Draw.id == tables.Assignment.draw_id)
            .group_by(tables.Draw.attempt, tables.Assignment.state)
        )
        return {(row.attempt, row.state): row.n for row in found}


def team(world):
    return next(each.id for each in configuring.teams(world.store) if each.name == "Support")


def test_another_seed_and_another_sample(drawn):
    """The old scorecards are taken back, their messages named; the new draw is the one that counts."""
    store = drawn.store
    before = drawn.draw()
    old = {*drawn.tasks(drawn.rosa), *drawn.tasks(drawn.cleo)}
    made = redrawing.redraw(store, "Support", WEEK.lower(), now=LATER, actor=drawn.lea)
    assert made.saved
    assert made.seed != before.seed
    assert states(store) == {(1, "cancelled"): 9, (2, "open"): 9}
    assert not old & {*drawn.tasks(drawn.rosa), *drawn.tasks(drawn.cleo)}
    assert set(closing.newly_ended(store, now=LATER + timedelta(minutes=1))) == old
    shown = tracking.progress(store, drawn.lea, team(drawn), now=LATER)
    assert (shown.attempt, shown.whole.drawn, shown.can_redraw) == (2, 9, True)
    again = redrawing.redraw(store, "Support", WEEK, now=LATER)
    assert len({before.seed, made.seed, again.seed}) == 3
    assert drawn.draw().seed == again.seed


@pytest.mark.parametrize("what", ["rate", "submit", "skip"])
def test_as_soon_as_anybody_has_begun_it_is_refused(drawn, what):
    """One click is enough; nothing is changed then."""
    store, rosa = drawn.store, drawn.rosa
    [task, *_] = drawn.tasks(rosa)
    if what == "skip":
        reviewing.skip(store, rosa, task, SkipReason.LANGUAGE, now=MONDAY)
    else:
        drawn.rate_all(rosa, task)
    if what == "submit":
        reviewing.submit(store, rosa, task, now=MONDAY)
    before = states(store)
    with pytest.raises(Conflict, match="2026-W46 cannot be drawn anew: 1 review was begun") as caught:
        redrawing.redraw(store, "Support", WEEK, now=LATER, actor=drawn.lea)
    assert "\n" not in str(caught.value)
    assert states(store) == before
    assert not tracking.progress(store, drawn.lea, team(drawn), now=LATER).can_redraw


@pytest.mark.parametrize(
    ("name", "period", "error", "sentence"),
    [
        ("Support", "2026-W45", NotFound, "was not drawn for 2026-W45"),
        ("Nowhere", WEEK, NotFound, "no team"),
        ("Support", "soon", Invalid, "no period"),
    ],
)
def test_what_cannot_be_drawn_anew_is_said(drawn, name, period, error, sentence):
    """In one sentence."""
    with pytest.raises(error, match=sentence):
        redrawing.redraw(drawn.store, name, period, now=LATER)


def test_only_who_may_draw_may_draw_anew(drawn):
    """Reviewers and leads of other teams may not, nor may they look."""
    for somebody in (drawn.rosa, drawn.ada, drawn.otto, drawn.vera):
        with pytest.raises(NotAllowed):
            redrawing.redraw(drawn.store, "Support", WEEK, now=LATER, actor=somebody)
        with pytest.raises(NotAllowed):
            tracking.progress(drawn.store, somebody, team(drawn), now=LATER)


def test_who_may_not_look_learns_of_no_team(drawn):
    """A team that there is not is refused in the same words as another's."""
    for team_id in (team(drawn), 999):
        for somebody in (drawn.rosa, drawn.vera):
            with pytest.raises(NotAllowed):
                redrawing.redraw(drawn.store, team_id, WEEK, now=LATER, actor=somebody)
            with pytest.raises(NotAllowed):
                tracking.progress(drawn.store, somebody, team_id, now=LATER)
    with pytest.raises(NotFound):
        redrawing.redraw(drawn.store, 999, WEEK, now=LATER, actor=drawn.max)


def test_two_leads_at_once_draw_once(drawn, database_url):
    """Whoever has seen the first attempt takes back the first: the other one is told which attempt counts."""
    stores = [Store(database_url) for _ in range(2)]
    barrier = Barrier(2)

    def press(store):
        barrier.wait()
        try:
            redrawing.redraw(store, team(drawn), WEEK, now=LATER, actor=drawn.lea, attempt=1)
        except Conflict as error:
            return str(error)
        return "done"

    try:
        with ThreadPoolExecutor(2) as pool:
            told = sorted(pool.map(press, stores))
    finally:
        for store in stores:
            store.close()
    assert told == ["2026-W46 was drawn anew already: attempt 2 is the one that counts.", "done"]
    assert states(drawn.store) == {(1, "cancelled"): 9, (2, "open"): 9}
    assert verifying.verify(drawn.store, "Support 2026-W46").holds


def test_where_nothing_is_left_the_old_draw_stands(drawn):
    """Everybody who could review has gone: the old scorecards are not taken back for nothing."""
    before = states(drawn.store)
    enrolling.deactivate(drawn.store, "U3")
    enrolling.deactivate(drawn.store, "U4")
    with pytest.raises(Invalid):
        redrawing.redraw(drawn.store, "Support", WEEK, now=LATER)
    assert states(drawn.store) == before


def test_a_first_click_and_a_redraw_at_once(drawn, database_url):
    """Either the click is kept and the redraw refused, or the redraw is made and the click told: never both."""
    stores = [Store(database_url) for _ in range(2)]
    barrier = Barrier(2)
    [task, *_] = drawn.tasks(drawn.rosa)
    category = reviewing.open_card(drawn.store, drawn.rosa, task).scorecard.categories[0].key

    def click():
        barrier.wait()
        reviewing.rate(stores[0], drawn.rosa, task, category, 1, now=LATER)

    def redraw():
        barrier.wait()
        redrawing.redraw(stores[1], "Support", WEEK, now=LATER)

    def outcome(work):
        try:
            work()
        except IQSError:
            return "refused"
        return "done"

    try:
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(outcome, (click, redraw)))
    finally:
        for store in stores:
            store.close()
    assert sorted(done) == ["done", "refused"]
    clicked = done[0] == "done"
    assert states(drawn.store) == ({(1, "open"): 9} if clicked else {(1, "cancelled"): 9, (2, "open"): 9})


def test_a_shortfall_is_explained(world):
    """Who got fewer than asked for, and how many there were."""
    configuring.configure(world.store, None, "Support", quota=10, now=MONDAY)
    drawing.draw(world.store, "Support", WEEK, now=MONDAY)
    shown = tracking.progress(world.store, world.lea, team(world), now=MONDAY)
    assert [(each.name, each.drawn, each.wanted, each.eligible) for each in shown.short] == [
        ("Ada", 8, 10, 8), ("Ben", 8, 10, 8), ("Cleo", 8, 10, 8),
    ]  # fmt: skip
    assert (shown.eligible, shown.unshared) == (24, 0)
    sales = next(each.id for each in configuring.teams(world.store) if each.name == "Sales")
    with pytest.raises(NotFound, match="Nothing was drawn for Sales yet"):
        tracking.progress(world.store, None, sales, now=MONDAY)


def test_progress_counts_reviews_by_others_alone(world):
    """Agents who are asked for their own view are no reviewers of the draw; two people of one name are two lines."""
    configuring.configure(world.store, None, "Support", self_reviews=True, now=MONDAY)
    enrolling.import_people(
        world.store, "team,email,name,roles\nSupport,other@example.com,Rosa,reviewer\n", now=MONDAY
    )
    world.draw()
    selfing.keep_up(world.store, now=MONDAY)
    shown = tracking.progress(world.store, world.lea, team(world), now=MONDAY)
    assert [(name, tally.drawn) for name, tally in shown.by_reviewer] == [
        ("Cleo", 3),
        ("Rosa", 3),
        ("Rosa", 3),
    ]
    assert (shown.whole.drawn, shown.beside, shown.all_drawn) == (9, 0, False)


def test_what_was_carried_over_is_told_with_the_next_draw(world):
    """Open work of earlier draws, and what a lead picked, stand beside the newest draw, late or not."""
    configuring.configure(world.store, None, "Support", quota=1, due_days=1, now=MONDAY)
    drawing.draw(world.store, "Support", "2026-W45", now=MONDAY)  # nobody closed anything then
    world.draw(seed="s")  # c0 is not among them
    handing.hand_over(world.store, world.lea, "demo:c0", now=MONDAY, reviewer_name="Rosa")
    next_week = MONDAY + timedelta(days=7)
    world.import_(conversation(99, "h1", at=MONDAY + timedelta(days=1)), now=next_week)
    drawing.draw(world.store, "Support", "2026-W47", now=next_week)
    shown = tracking.progress(world.store, world.lea, team(world), now=next_week)
    assert (shown.period, shown.whole.drawn, shown.all_drawn) == ("2026-W47", 1, True)
    assert (shown.others, shown.others_late) == (4, 4)
    before = tracking.progress(world.store, world.lea, team(world), now=next_week, period=WEEK)
    assert (before.whole.drawn, before.whole.late, before.others, before.others_late) == (3, 3, 2, 1)

"""Whatever happens in whatever order, each assignment is in one state with a full history, and nothing is lost."""

import shutil
from collections import Counter
from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from iqs.assignments import MOVES, STEP_INTO, AssignmentState, HandOnReason, SkipReason, Step
from iqs.errors import Conflict, Invalid, IQSError
from iqs.people import AfterDeadline
from iqs.reviews import ReviewKind, Stream
from iqs.services import (
    absenting,
    closing,
    configuring,
    drawing,
    enrolling,
    handing,
    handing_on,
    redrawing,
    reviewing,
    selfing,
)
from iqs.storage import tables
from iqs.storage.repositories import conversations, events, work
from iqs.storage.store import Store
from tests import world as made
from tests.world import MONDAY, WEEK, World

A = tables.Assignment
REVIEWERS = ["cleo", "rosa", "ben"]
INTO = {step: state for state, step in STEP_INTO.items()} | {Step.REASSIGNED: AssignmentState.CANCELLED}
HEAD = "team,email,name,roles,slack_user_id,helpdesk_id\n"
ROLES = {
    "cleo": ("h3", "agent reviewer", "agent"),
    "rosa": ("h4", "reviewer", ""),
    "ben": ("h2", "agent reviewer", "agent"),
}


def each_history_leads_to_its_state(row, history):
    """The steps are legal one after the other and end where the assignment stands."""
    assert history[0].what is Step.HANDED
    assert [each.at for each in history] == sorted(each.at for each in history)
    state = AssignmentState.OPEN
    for each in history[1:]:
        assert each.what is not Step.HANDED
        if each.what in INTO:
            assert INTO[each.what] in MOVES[state]
            state = INTO[each.what]
    assert state == row.state


def no_conversation_is_reviewed_twice(rows):
    """Of a conversation one assignment of the sample at most is open or done, and by nobody is it read twice."""
    standing = [row for row in rows if row.state in {AssignmentState.OPEN, AssignmentState.SUBMITTED}]
    sampled = Counter(row.conversation_id for row in standing if is_sampled(row))
    assert max(sampled.values(), default=0) <= 1
    assert max(Counter((row.conversation_id, row.reviewer_id) for row in standing).values(), default=0) <= 1


def is_sampled(row):
    """Whether a row is a review of the random sample: no second reading, no own view."""
    return row.stream == Stream.RANDOM and row.kind != ReviewKind.SELF


def what_was_drawn_is_met_or_the_shortfall_is_told(rows, history):
    """Each drawn conversation leads, over hand-ons and replacements, to one that stands or to a told shortfall."""
    followed = Counter(row.replaces_id for row in rows if row.replaces_id is not None)
    assert max(followed.values(), default=0) <= 1
    short = 0
    for row in rows:
        steps = {each.what for each in history[row.id]}
        if row.state == AssignmentState.SKIPPED:
            assert (Step.REPLACED in steps) == bool(followed[row.id])
            assert (Step.NOT_REPLACED in steps) == (not followed[row.id])
            short += not followed[row.id]
        else:
            assert bool(followed[row.id]) == (Step.REASSIGNED in steps)
    return short


class Programme(RuleBasedStateMachine):
    """A team of three agents and three reviewers, two of them peers, on a copy of a database that stands ready."""

    template = None
    numbers = iter(range(10**9))

    def __init__(self):
        super().__init__()
        self.path = self.template.with_name(f"copy-{next(self.numbers)}.db")
        shutil.copy(self.template, self.path)
        self.store = Store(f"sqlite:///{self.path}")
        self.world = World(self.store)
        self.now = MONDAY
        self.results = []

    def teardown(self):
        self.store.close()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()

    @initialize(seed=st.sampled_from("abcdef"), after=st.sampled_from(AfterDeadline))
    def draw(self, seed, after):
        configuring.configure(self.store, None, "Support", after_deadline=after, now=self.now)
        done = drawing.draw(self.store, "Support", WEEK, now=self.now, seed=seed)
        assert done.unshared == sum(done.unshared_why.values()) == 0
        self.results.append(sum(each.stream is Stream.RANDOM for each in done.assignments))

    @rule(seed=st.sampled_from("ghij"))
    def redraw(self, seed):
        """Only while nobody has begun; else the old draw stands."""
        try:
            done = redrawing.redraw(self.store, "Support", WEEK, now=self.now, seed=seed)
        except (Conflict, Invalid):
            return
        self.results.append(sum(each.stream is Stream.RANDOM for each in done.assignments))

    @rule(
        pick=st.integers(0, 9),
        who=st.sampled_from([*REVIEWERS, "lea", "ada"]),
        reason=st.sampled_from(SkipReason),
    )
    def skip(self, pick, who, reason):
        self.attempt(
            who, pick, lambda actor, task: reviewing.skip(self.store, actor, task, reason, now=self.now)
        )

    @rule(
        pick=st.integers(0, 9),
        who=st.sampled_from([*REVIEWERS, "lea", "ada"]),
        to=st.sampled_from([None, *REVIEWERS, "ada"]),
    )
    def reassign(self, pick, who, to):
        target = None if to is None else getattr(self.world, to).id
        self.attempt(
            who,
            pick,
            lambda actor, task: reviewing.reassign(
                self.store, actor, task, to=target, reason=HandOnReason.BALANCE, now=self.now
            ),
        )

    @rule(who=st.sampled_from([*REVIEWERS, "ada"]))
    def ask_for_the_next(self, who):
        """Of the sample, as long as it may be and there is one."""
        with suppress(IQSError):
            handing.take_next(self.store, self.person(who), now=self.now)
            self.results[-1] += 1

    @rule(pick=st.integers(0, 9), who=st.sampled_from(REVIEWERS))
    def rate(self, pick, who):
        self.attempt(
            who,
            pick,
            lambda actor, task: reviewing.rate(self.store, actor, task, "solution", 3, now=self.now),
        )

    @rule(pick=st.integers(0, 9), who=st.sampled_from(REVIEWERS))
    def submit(self, pick, who):
        def whole(actor, task):
            self.world.rate_all(actor, task, now=self.now)
            reviewing.submit(self.store, actor, task, now=self.now)

        self.attempt(who, pick, whole)

    @rule(pick=st.integers(0, 9), who=st.sampled_from(REVIEWERS))
    def take_back(self, pick, who):
        done = self.rows(AssignmentState.SUBMITTED)
        if done:
            self.tried(
                lambda: reviewing.undo(self.store, self.person(who), done[pick % len(done)].id, now=self.now)
            )

    @rule(who=st.sampled_from(REVIEWERS), days=st.integers(0, 12))
    def go_away(self, who, days):
        first = self.now.date()
        self.tried(
            lambda: absenting.away(
                self.store, None, self.person(who), first, first + timedelta(days=days), now=self.now
            )
        )

    @rule(who=st.sampled_from(REVIEWERS))
    def come_back(self, who):
        absenting.back(self.store, None, self.person(who), now=self.now)

    @rule(who=st.sampled_from(REVIEWERS), stays=st.booleans())
    def join_or_leave(self, who, stays):
        helpdesk_id, with_role, without = ROLES[who]
        roles = with_role if stays else without
        enrolling.import_people(
            self.store,
            f"{HEAD}Support,{who}@example.com,{who.title()},{roles},,{helpdesk_id}\n",
            now=self.now,
        )

    @rule(hours=st.sampled_from([1, 6, 30, 100]))
    def wait(self, hours):
        """Time passes; then the clock deals with deadlines and with who is not there."""
        self.now += timedelta(hours=hours)
        closing.tick(self.store, now=self.now)
        handing_on.hand_on(self.store, now=self.now)
        selfing.keep_up(self.store, now=self.now)

    @invariant()
    def nothing_is_lost_and_nothing_is_unfair(self):
        """Looked at after each step, at one moment of the store."""
        rows = self.rows()
        history = {row.id: [] for row in rows}
        with self.store.read() as tx:
            for each in events.of_all(tx, list(history)):
                history[each.assignment_id].append(each)
            took_part = {row.id: conversations.participants(tx, row.conversation_id) for row in rows}
            short = sum(work.unreplaced(tx, draw) for draw in {row.draw_id for row in rows})
        for row in rows:
            each_history_leads_to_its_state(row, history[row.id])
            if row.kind == ReviewKind.SELF:
                assert row.reviewer_id == row.reviewee_id
            else:
                assert row.reviewer_id not in took_part[row.id] | {row.reviewee_id}
        no_conversation_is_reviewed_twice(rows)
        sampled = [row for row in rows if is_sampled(row)]
        assert sum(row.replaces_id is None for row in sampled) == sum(self.results)
        assert short == what_was_drawn_is_met_or_the_shortfall_is_told(sampled, history)

    def rows(self, state=None):
        with self.store.read() as tx:
            wanted = select(*A.__table__.c).order_by(A.id)
            return tx.execute(wanted if state is None else wanted.where(A.state == state)).all()

    def person(self, name):
        return enrolling.person_by(self.store, f"{name}@example.com")

    def attempt(self, who, pick, act):
        """On one of the open assignments; whoever may not is refused, and the invariants say that nothing broke."""
        still_open = self.rows(AssignmentState.OPEN)
        if still_open:
            self.tried(lambda: act(self.person(who), still_open[pick % len(still_open)].id))

    def tried(self, act):
        with suppress(IQSError):
            act()


def test_any_order_of_events(sqlite_store, tmp_path):
    """Draws, skips, hand-ons, submissions, undo, absences, people who come and go, deadlines, redraws: any order."""
    made.build(sqlite_store)
    enrolling.import_people(sqlite_store, f"{HEAD}Support,ben@example.com,Ben,agent reviewer,U2,h2\n")
    configuring.configure(
        sqlite_store, None, "Support", quota=3, due_days=5, double_percent=30, self_reviews=True, now=MONDAY
    )
    sqlite_store.close()
    ready = tmp_path / "ready.db"
    shutil.copy(sqlite_store.path, ready)
    machine = type("Machine", (Programme,), {"template": ready})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=6, stateful_step_count=16, deadline=None)
    )

"""Whichever operation of the database fails, the week is done exactly once in the end.

One week is draw → scorecard → rate → submit → feedback → digest. Its N-th statement or commit fails, for N = 1, 2, …
until a week passes without meeting it. The short test takes some, the long one every N.
"""

import itertools
import json
from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient
from sqlalchemy import func, select

from bot.delivery import Delivery
from bot.sandbox import Sandbox, SandboxChannel, SandboxUser
from iqs.errors import Unavailable
from iqs.schedules import ScheduleKind
from iqs.services import configuring, enrolling, importing, planning, publishing, reviewing, scheduling
from iqs.storage.store import Store
from iqs.storage.tables import Assignment, Audit, Commitment, Draw, Notice, Rating, Review, ScheduleRun
from tests.crash import programme
from tests.crash.failing import AFTER, BEFORE, Trigger, let_fail
from tests.crash.slack import SharedClock

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
REVIEWER, AGENT, LEAD = "U0R1", "U0A1", "U0LEAD"
PEOPLE = f"""team,email,name,roles,slack_user_id,helpdesk_id
Support,a@example.com,Ada,agent,{AGENT},h1
Support,r@example.com,Rosa,reviewer,{REVIEWER},
Support,l@example.com,Lea,lead,{LEAD},
"""
UNDO = timedelta(minutes=11)
LATER = timedelta(minutes=2)  # longer than a lease


class Weeks:
    """A team of three in a workspace; each trial has a week of its own."""

    def __init__(self, url):
        self.url, self.week, self.moment = url, 0, programme.START
        self.slack = Sandbox(
            MANIFEST,
            users=[SandboxUser(id_, id_.lower(), id_, tz="UTC") for id_ in (REVIEWER, AGENT, LEAD)],
            channels=[SandboxChannel(programme.CHANNEL, "quality", [LEAD], is_private=True)],
            clock=SharedClock(self),
            limits=False,
        ).start()
        self.sound, self.failing, self.trigger = Store(url), Store(url), Trigger()
        let_fail(self.failing, self.trigger)
        enrolling.import_people(self.sound, PEOPLE)
        configuring.configure(
            self.sound, None, "Support", channel_id=programme.CHANNEL, quota=1, opens=time.min, closes=time.max,
            working_days=range(7),
        )  # fmt: skip
        publishing.apply_scorecard(
            self.sound, programme.CARD, ["Support"], now=programme.START - programme.WEEK
        )
        made = programme.START - timedelta(minutes=1)
        scheduling.ensure_schedules(self.sound, now=made)
        planning.pause(
            self.sound, None, "Support", ScheduleKind.MONTHLY, now=made
        )  # every week is like the others

    def now(self):
        return self.moment

    def begin(self):
        """The next Monday, 08:00; one conversation was closed the week before."""
        self.moment = monday = programme.START + self.week * programme.WEEK
        self.week += 1
        closed = programme.conversation(f"c{self.week}", "h1", monday - timedelta(days=3))
        importing.import_conversations(self.sound, [json.dumps(closed).encode()], now=monday)
        self.calls = len(self.slack.calls)

    def sender(self, store):
        token, url = self.slack.bot_token, self.slack.api_url
        poster = WebClient(token=token, base_url=url, timeout=5, retry_handlers=[])
        return Delivery(
            store=store, poster=poster, reader=poster, now=self.now, quarantine=timedelta(0), spacing=0
        )

    def live(self, store, *, again):
        """The week as far as it gets. A step that the database refuses is done again when `again`, else raised."""
        sender = self.sender(store)
        try:
            self._live(store, sender, again=again)
        finally:
            sender._calls.close()  # its threads alone: a process that dies says no goodbye

    def _live(self, store, sender, *, again):
        monday = programme.START + (self.week - 1) * programme.WEEK
        for at, step in (
            (monday, lambda: scheduling.tick(store, now=self.moment)),
            (monday, lambda: self.deliver(sender)),
            (monday, lambda: self.review(store)),
            (monday + UNDO, lambda: self.deliver(sender)),
            (monday + timedelta(hours=1), lambda: scheduling.tick(store, now=self.moment)),
            (monday, lambda: self.deliver(sender)),
        ):
            self.moment = max(self.moment, at)
            try:
                step()
            except Unavailable:
                if not again:
                    raise
                step()

    def deliver(self, sender):
        """Sends what is due, and looks into doubts when their time has come."""
        refused = None
        for _ in range(3):
            try:
                sender.step()
            except Unavailable as error:  # the sender goes on, as it does in `run`
                refused = error
            self.moment += LATER
            if not self.is_waiting():
                break
        if refused is not None:
            raise refused

    def wait(self):
        """Lets the time come of what has one, such as details that wait until a resent digest can have no twin."""
        sender = self.sender(self.sound)
        with self.sound.read() as tx:
            later = tx.scalar(select(func.max(Notice.not_before)).where(Notice.state == "pending"))
        if later is not None:
            self.moment = max(self.moment, later)
            self.deliver(sender)
        sender._calls.close()

    def is_waiting(self):
        """Whether a notice is due, or on its way."""
        due = (Notice.state == "sending") | ((Notice.state == "pending") & (Notice.not_before <= self.moment))
        with self.sound.read() as tx:
            return tx.execute(select(func.count()).where(due)).scalar() > 0

    def review(self, store):
        rosa = enrolling.identify(store, REVIEWER)
        for task in reviewing.waiting(store, rosa):
            for key, value in programme.VALUES.items():
                reviewing.rate(store, rosa, task.assignment_id, key, value, now=self.moment)
            reviewing.submit(store, rosa, task.assignment_id, now=self.moment)

    def check(self, what):
        """The week is done, once: in the tables, and in what Slack was told."""
        posts = [
            call for call in self.slack.calls[self.calls :] if call.method == "chat.postMessage" and call.ok
        ]
        # what is drawn from, the scorecard, the feedback, the digest and its details
        assert len(posts) == 5, what
        assert len({str(post.args["metadata"]) for post in posts}) == 5, what
        per_week = {
            Commitment: 1,
            Draw: 1,
            Assignment: 1,
            Review: 1,
            Rating: len(programme.VALUES),
            ScheduleRun: 2,
            Notice: 5,
        }
        with self.sound.read() as tx:
            found = {
                table: tx.execute(select(func.count()).select_from(table)).scalar() for table in per_week
            }
            submitted = tx.execute(select(func.count()).where(Audit.action == "submit")).scalar()
            states = set(tx.execute(select(Notice.state)).scalars())
        assert found == {table: n * self.week for table, n in per_week.items()}, what
        assert submitted == self.week, what
        assert states == {"sent"}, what


@pytest.fixture
def weeks(database_url):
    """The team on this test's database."""
    made = Weeks(database_url)
    yield made
    made.sound.close()
    made.failing.close()
    made.slack.stop()


def fail_at(weeks, number, commit, *, lives_on):
    """A week whose `number`-th operation fails; what failed, "" if the week has fewer."""
    weeks.begin()
    weeks.trigger.set(number, commit)
    with suppress(Unavailable):
        weeks.live(weeks.failing, again=lives_on)
    failed = weeks.trigger.failed
    weeks.trigger.set(0, commit)
    weeks.failing.close()  # as a process that ends: its connections are gone
    weeks.moment += LATER
    weeks.live(weeks.sound, again=False)
    weeks.wait()
    weeks.check(f"operation {number} ({failed!r} {commit}), lives on: {lives_on}")
    return failed


def until_clean(weeks, step):
    """Every `step`-th operation; a commit fails both ways. Returns how many failed."""
    failed = 0
    for number in itertools.count(1, step):
        what = fail_at(weeks, number, BEFORE, lives_on=bool(number % 2))
        if not what:
            return failed
        failed += 1
        if what == "COMMIT":
            fail_at(weeks, number, AFTER, lives_on=not number % 2)
            failed += 1
    raise AssertionError("unreachable: a week has an end")


def test_some_operations(weeks):
    """Some operations fail, each in a week of its own, and each week is done once."""
    assert until_clean(weeks, 53 if weeks.sound.is_sqlite else 31) > 3  # SQLite says BEGIN and PRAGMA too


@pytest.mark.long
@pytest.mark.timeout(2 * 3600)
def test_every_operation(weeks):
    """Every operation fails in a week of its own, and each week is done once."""
    assert until_clean(weeks, 1) > 100

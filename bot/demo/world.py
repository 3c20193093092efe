"""The demo's past: a quarter of conversations, draws and reviews, as the services make them.

The last week goes through the services one click after the other, because its messages are still read today.
The weeks before come in one transaction each (the same rows, see the test), which is ten times as fast.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from bot.demo import cast, story
from iqs import periods
from iqs.assignments import AssignmentState, SkipReason
from iqs.conversations import HelpdeskAgent
from iqs.files.scorecards import preset
from iqs.helpdesk.demo import demo_conversations
from iqs.notices import NoticeState, scorecard_key
from iqs.people import Person
from iqs.reviews import UNDO_WINDOW, Stream
from iqs.scoring import micropoints, review_score
from iqs.services import (
    absenting,
    configuring,
    drawing,
    enrolling,
    importing,
    mending,
    publishing,
    reviewing,
    scheduling,
    telling,
)
from iqs.storage.repositories import (
    assignments,
    audit,
    commitments,
    conversations,
    notices,
    reviews,
    scorecards,
)
from iqs.storage.store import Store, Tx
from iqs.streams import Targets

OPENS = time(8)
DRAWN, TOLD = time(8), time(9)
"""Local times of the Monday draw and digest."""

CONVERSATIONS = 300
CONVERSATIONS_SEED = 11
QUOTA = 2
GOAL = 90
"""Percent that the team wants to reach."""

COACHING = Targets(csat=50, most=1)
"""Of each week's unhappy customers one is looked at besides the sample, for coaching."""

SEED = "demo"
SEED_TODAY = "demo16"
"""Of this Monday's draw: the first conversation in it is about the Larkfield Two, which dips."""

AWAY = (timedelta(days=3), timedelta(days=4))
"""Days after the demo's Monday on which Jonas is out of office."""

FRESH_FROM = 4
"""Weekday (Friday) of the last week from which feedback is still to be read when the demo opens."""


def local(day: date, at: time) -> datetime:
    """An instant of the demo's office, in UTC."""
    return periods.instant(day, at, cast.ZONE)


def found(store: Store, monday: date) -> None:
    """People, scorecard and conversations of the quarter before this Monday; no review yet."""
    start = local(monday - (story.WEEKS + 1) * periods.WEEK, DRAWN)
    enrolling.import_people(store, cast.people_csv(), now=start)
    configuring.configure(
        store, None, cast.TEAM, timezone=cast.ZONE, channel_id=cast.CHANNEL, quota=QUOTA, opens=OPENS,
        goal=GOAL, targets=COACHING, now=start,
    )  # fmt: skip
    publishing.apply_scorecard(store, preset(), [cast.TEAM], now=start)
    stream = demo_conversations(
        seed=CONVERSATIONS_SEED,
        agents=[HelpdeskAgent(each.helpdesk_id, each.name, each.email) for each in cast.AGENTS],
        start=datetime.combine(
            start.date(), time.min, UTC
        ),  # whatever the season, so the story stays the same
        weeks=story.WEEKS + 1,
        count=CONVERSATIONS,
    )
    importing.import_stream(store, stream, now=start)


def live_through(store: Store, monday: date, week: int) -> None:
    """Draws and reviews a week of the story; the feedback that is due from Friday on stays to be sent."""
    start = _start(monday, week)
    draw(store, start)
    call_off(store, now=local(start, TOLD))
    if week == story.WEEKS:
        _skip(store, start)
    for member in cast.REVIEWERS:
        reviewer = identified(store, member)
        for place, waiting in enumerate(reviewing.waiting(store, reviewer)):
            when = story.moment(reviewer.name, week, place)
            at = local(start + timedelta(days=when.day), when.at)
            card = reviewing.open_card(store, reviewer, waiting.assignment_id)
            task = story.Task(card.conversation, card.scorecard, reviewer.name, card.reviewee_name, week)
            card = reviewing.submit(
                store, reviewer, waiting.assignment_id, now=at, draft=story.reviewed(task)
            )
            if when.seen is not None and when.day < FRESH_FROM and card.review_id is not None:
                agent = next(each for each in cast.AGENTS if each.name == card.reviewee_name)
                seen_at = at + UNDO_WINDOW + timedelta(minutes=when.seen)
                telling.acknowledge(store, identified(store, agent), card.review_id, now=seen_at)
    call_off(store, now=local(start + timedelta(days=FRESH_FROM - 1), time(18)))


def _skip(store: Store, monday: date) -> None:
    """Rosa finds nothing to rate in one of hers, of an agent with others left, and gets the next in its place."""
    rosa, now = identified(store, cast.ROSA), local(monday, TOLD)
    for waiting in reviewing.waiting(store, rosa):
        if has_more(store, waiting.assignment_id, beside=0):
            reviewing.skip(store, rosa, waiting.assignment_id, SkipReason.NOT_ENOUGH, now=now)
            break
    call_off(store, now=now)


def has_more(store: Store, assignment_id: int, *, beside: int = COACHING.most) -> bool:
    """Whether a drawn conversation's agent has one left to take its place, `beside` those picked for coaching."""
    held = reviewing.card_of_notice(store, assignment_id).assignment
    with store.read() as tx:
        committed = commitments.latest(tx, held.team_id, held.period)
    if committed is None or held.stream is not Stream.RANDOM:
        return False
    eligible: int = committed.frame["people"][str(held.reviewee_id)]["eligible"]
    return eligible > QUOTA + beside


def remember(store: Store, monday: date, weeks: range) -> None:
    """Weeks of the story that are long past: nobody is told any more, and everybody was."""
    known = {member: identified(store, member) for member in (*cast.AGENTS, *cast.REVIEWERS)}
    names = {person.id: member.name for member, person in known.items()}
    for week in weeks:
        start = _start(monday, week)
        draw(store, start)
        call_off(store, now=local(start, TOLD))
        with store.write() as tx:
            for member in cast.REVIEWERS:
                for place, waiting in enumerate(assignments.waiting(tx, known[member])):
                    when = story.moment(member.name, week, place)
                    _remember(tx, waiting.assignment_id, names, start, week, when)


def draw(store: Store, monday: date, seed: str = "") -> None:
    """The Monday morning's draw of the week before, with the seed of the `week` or this one."""
    week = periods.iso_label(monday - periods.WEEK)
    drawing.draw(store, cast.TEAM, week, now=local(monday, DRAWN), seed=seed or f"{SEED} {week}")


def leave(store: Store, monday: date) -> None:
    """Jonas will be out of office for two days of this week."""
    first, last = (monday + days for days in AWAY)
    jonas = identified(store, cast.JONAS)
    absenting.away(store, jonas, jonas, first, last, now=local(monday, DRAWN))


def schedule(store: Store, *, now: datetime) -> None:
    """From this instant on the draw and the digest come by themselves."""
    scheduling.ensure_schedules(store, now=now)


def call_off(store: Store, *, now: datetime) -> int:
    """Cancels every message that is due by then, and returns how many they were."""
    waiting = mending.listed(store, states=[NoticeState.PENDING], now=now, limit=10_000)
    due = [each for each in waiting if each.not_before <= now]
    mending.cancel_all(store, due, now=now)
    return len(due)


def identified(store: Store, member: cast.Member) -> Person:
    """The person behind a member of the cast."""
    person = enrolling.identify(store, member.slack_id)
    assert person is not None  # `found` enrolled them
    return person


def _start(monday: date, week: int) -> date:
    return monday - (story.WEEKS + 1 - week) * periods.WEEK


def _remember(
    tx: Tx, assignment_id: int, names: Mapping[int, str], start: date, week: int, when: story.Moment
) -> None:
    """One review as `reviewing.submit` and `telling.acknowledge` leave it, without the message in between."""
    row = assignments.get(tx, assignment_id)
    assert row is not None  # it waits
    scorecard = scorecards.by_version(tx, row.scorecard_version_id)
    conversation = conversations.get(tx, row.conversation_id)
    task = story.Task(conversation, scorecard, names[row.reviewer_id], names[row.reviewee_id], week)
    draft = story.reviewed(task)
    at = local(start + timedelta(days=when.day), when.at)
    review_id = reviews.begin(tx, row, now=at)
    ids = scorecards.category_ids(tx, row.scorecard_version_id)
    for category in scorecard.categories:
        rating = draft.ratings[category.key]
        points = None if rating.value is None else micropoints(category.scale.percent(rating.value))
        reviews.put_rating(tx, review_id, ids[category.key], rating, points)
    reviews.put_comment(tx, review_id, draft.comment)
    reviews.submit(tx, review_id, review_score(scorecard, draft.ratings), version=1, now=at)
    assignments.move(tx, row.id, state=AssignmentState.SUBMITTED, now=at)
    audit.record(tx, at=at, actor_id=row.reviewer_id, action="submit", object="review", object_id=review_id)
    if when.seen is not None:
        reviews.acknowledge(tx, review_id, now=at + UNDO_WINDOW + timedelta(minutes=when.seen))
    notices.cancel(tx, scorecard_key(row.id))

"""Places: every eligible conversation has exactly one, counts are exact, and imports may come in any order."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from iqs.people import RevieweeRule
from iqs.services import committing, configuring, drawing, enrolling, importing, purging, settling
from iqs.storage import tables
from tests.world import MONDAY, PEOPLE, WEEK, World, conversation

DAY = datetime(2026, 11, 11, 12, tzinfo=UTC)
AGENTS = ("h1", "h2", "h3")


@pytest.fixture
def people(store):
    """Support's people, and no conversation."""
    enrolling.import_people(store, PEOPLE)
    return World(store)


def settle(store):
    while not settling.settle_some(store):
        pass


def places(store):
    """{(agent's name, day, place): external id}."""
    lot, person, c = tables.Lot, tables.Person, tables.Conversation
    with store.read() as tx:
        found = tx.execute(
            select(person.name, lot.day, lot.place, c.external_id)
            .join(person, person.id == lot.person_id)
            .join(c, c.id == lot.conversation_id)
        )
        return {(name, day, place): key for name, day, place, key in found}


def check(store):
    """What every moment promises: exact counts, one place a conversation, no place for what cannot be reviewed."""
    c, lot, day, out = tables.Conversation, tables.Lot, tables.LotDay, tables.LeftOut
    with store.read() as tx:
        assert not tx.scalars(select(tables.Unsettled.conversation_id)).all()
        standing = tx.execute(select(lot.person_id, lot.day, lot.place, lot.conversation_id)).all()
        counts = {
            (row.person_id, row.day): (row.places, row.eligible)
            for row in tx.execute(select(*day.__table__.c))
        }
        known = tx.execute(select(c.id, c.reviewee_id, c.closed_at, c.deleted_at, c.customer_messages)).all()
        left_out = dict(tx.execute(select(out.conversation_id, out.reason)).all())
    by_group = Counter((row.person_id, row.day) for row in standing)
    assert {group: eligible for group, (_, eligible) in counts.items() if eligible} == dict(by_group)
    assert all(row.place < counts[row.person_id, row.day][0] for row in standing)
    closed = {row.id: row for row in known if row.closed_at is not None and row.reviewee_id is not None}
    bad = {key for key, row in closed.items() if row.deleted_at is not None or row.customer_messages == 0}
    assert {row.conversation_id for row in standing} == set(closed) - bad
    assert set(left_out) == bad
    days = {row.conversation_id: (row.person_id, row.day) for row in standing}
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert days == {
        key: (row.reviewee_id, (row.closed_at - epoch).days) for key, row in closed.items() if key not in bad
    }


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            st.integers(0, 11),
            st.sampled_from([*AGENTS, "h99"]),
            st.integers(0, 2),
            st.booleans(),
        ),
        st.tuples(st.just("purge"), st.integers(0, 11)),
        st.tuples(st.just("settle")),
        st.tuples(st.just("draw")),
    ),
    max_size=14,
)


@given(steps)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_stay_exact_whatever_happens(migrated_world, steps):
    """Imports, moves to another agent or day, deletions and draws in any order: every count is right in the end."""
    store, world = migrated_world
    for n, (what, *how) in enumerate(steps):
        now = MONDAY + timedelta(minutes=n)
        if what == "put":
            number, agent, day, silent = how
            told = conversation(number, agent, at=DAY + timedelta(days=day))
            if silent:
                told["messages"] = told["messages"][1:]
            told["updated_at"] = now.isoformat()
            world.import_(told, now=now)
        elif what == "purge":
            purging.purge(store, "demo", f"c{how[0]}", now=now)
        elif what == "settle":
            settle(store)
        else:
            with store.write() as tx:
                settling.settle(tx)
                tx.execute(delete(tables.ScheduleRun))
            committing.commit(store, "Support", WEEK, now=now, seed=f"s{n}")
    settle(store)
    check(store)


@pytest.fixture
def migrated_world(sqlite_store):
    """A team with a scorecard; the examples of one test share the database, which only makes it harder."""
    from iqs.files.scorecards import preset
    from iqs.services import publishing

    enrolling.import_people(sqlite_store, PEOPLE)
    publishing.apply_scorecard(sqlite_store, preset(), ["Support"], now=MONDAY - timedelta(days=90))
    return sqlite_store, World(sqlite_store)


def test_the_order_of_imports_does_not_matter_before_a_draw(people, monkeypatch):
    """Line by line with the clock between them, backwards, or at once: the same places."""
    lines = [conversation(n, AGENTS[n % 3], at=DAY + timedelta(hours=n)) for n in range(12)]
    monkeypatch.setattr(settling, "CHUNK", 2)
    people.import_(*lines)
    settle(people.store)
    at_once = places(people.store)
    with people.store.write() as tx:
        for table in (tables.Lot, tables.LotDay, tables.Unsettled, tables.Transcript, tables.Conversation):
            tx.execute(delete(table))
    for line in reversed(lines):
        people.import_(line)
        settle(people.store)
    assert places(people.store) == at_once
    check(people.store)


def test_a_counted_day_keeps_its_numbers(world):
    """After a commitment what leaves leaves a hole, and what comes gets the next number."""
    committing.commit(world.store, "Support", WEEK, now=MONDAY)
    before = places(world.store)
    spot = next(spot for spot, key in before.items() if key == "c3")
    purging.purge(world.store, "demo", "c3", now=MONDAY)
    world.import_(conversation(0, "h1", at=datetime(2026, 11, 10, 9, tzinfo=UTC)))  # changed, and stays
    world.import_(conversation(555, "h1", at=datetime(2026, 11, 10, 10, tzinfo=UTC)))
    settle(world.store)
    after = places(world.store)
    assert {key: each for key, each in before.items() if key != spot} == {
        key: each for key, each in after.items() if each != "c555"
    }
    assert spot not in after
    tops = defaultdict(int)
    for name, day, place in before:
        tops[name, day] = max(tops[name, day], place)
    new = next(key for key, each in after.items() if each == "c555")
    assert new[2] == tops[new[0], new[1]] + 1
    check(world.store)


def test_settling_again_changes_nothing(world):
    """Twice is once."""
    settle(world.store)
    before = places(world.store)
    with world.store.write() as tx:
        for number in tx.scalars(select(tables.Conversation.id)).all():
            tx.execute(tables.Unsettled.__table__.insert().values(conversation_id=number))
    settle(world.store)
    assert places(world.store) == before


@pytest.mark.parametrize(
    ("rule", "whose"), [(RevieweeRule.MOST_ACTIVE, "Ben"), (RevieweeRule.LAST_ANSWER, "Cleo")]
)
def test_whose_work_it_is_follows_the_teams_rule(world, rule, whose):
    """The most active agent, or who answered last, by the rule of the assignee's team; changed at once with it."""
    told = conversation(700, "h1", at=DAY, others=("h2", "h2", "h3"))
    world.import_(told)
    settle(world.store)
    configuring.configure(world.store, None, "Support", reviewee_rule=rule)
    settle(world.store)
    assert [name for (name, *_), key in places(world.store).items() if key == "c700"] == [whose]
    configuring.configure(world.store, None, "Support", reviewee_rule=RevieweeRule.ASSIGNEE)
    settle(world.store)
    assert [name for (name, *_), key in places(world.store).items() if key == "c700"] == ["Ada"]
    check(world.store)


def test_a_person_found_later_gets_their_places(people):
    """Conversations imported before their agent was known stand in that agent's places afterwards."""
    people.import_(conversation(1, "h50", at=DAY))
    settle(people.store)
    assert places(people.store) == {}
    enrolling.import_people(
        people.store,
        "team,email,name,roles,slack_user_id,helpdesk_id\nSupport,d@example.com,Dan,agent,,h50\n",
    )
    importing.map_agents(people.store)
    settle(people.store)
    assert [name for name, *_ in places(people.store)] == ["Dan"]


def test_both_databases_draw_the_same(world):
    """The same conversations and seed give the same sample on SQLite and on PostgreSQL (this one, written down)."""
    drawn = drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="the same", dry_run=True)
    assert sorted(each.conversation for each in drawn.assignments) == [
        "demo:c10",
        "demo:c12",
        "demo:c16",
        "demo:c19",
        "demo:c22",
        "demo:c3",
        "demo:c6",
        "demo:c7",
        "demo:c9",
    ]

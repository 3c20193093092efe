"""A draw can be checked: it holds as it was made, and every kind of tampering is named."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.people import QuotaOf
from iqs.reviews import Stream
from iqs.services import (
    absenting,
    assigning,
    committing,
    configuring,
    drawing,
    enrolling,
    handing_on,
    purging,
    redrawing,
    reviewing,
    settling,
    verifying,
)
from iqs.storage import tables
from iqs.storage.store import Store
from tests.world import MONDAY, WEEK, World, build, conversation


def filter_and_draw(store):
    world = build(store)
    configuring.configure(world.store, None, "Support", timezone="Asia/Kathmandu", quota=4)
    world.import_(*(conversation(50 + n, "h1", at=MONDAY - timedelta(days=2, hours=n)) for n in range(5)))
    configuring.configure(
        world.store, None, "Support", filters=["without-conversation=demo:c50,demo:c51,demo:c1"]
    )
    world.draw(seed="seed")


@pytest.fixture
def drawn(store, furnish):
    """Week 46, drawn in a zone that cuts UTC days, with filters that pass something over."""
    furnish(store, filter_and_draw)
    return World(store)


def tamper(store, *statements):
    """As somebody with the database's password would: past the triggers, then as if nothing had been."""
    with store.write() as tx:
        sqlite = tx.dialect.name == "sqlite"
        if sqlite:
            of_both = "type = 'trigger' AND tbl_name IN ('pick', 'commitment')"
            for name in tx.scalars(text(f"SELECT name FROM sqlite_master WHERE {of_both}")).all():
                tx.execute(text(f"DROP TRIGGER {name}"))
        else:
            tx.execute(text("SET LOCAL session_replication_role = replica"))
        for each in statements:
            tx.execute(text(each))


def differences(world):
    return " | ".join(verifying.verify(world.store, f"Support {WEEK}").differences)


def test_a_draw_holds(drawn):
    """By its number or by team and period; with what was passed over."""
    verdict = verifying.verify(drawn.store, f"support {WEEK.lower()}")
    assert verdict.holds
    assert verdict == verifying.verify(drawn.store, str(verdict.draw_id))
    assert (verdict.drawn, verdict.people, verdict.seed) == (12, 3, "seed")
    assert verdict.positions >= verdict.drawn
    assert verdict.committed_at <= verdict.drawn_at


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE draw SET seed = 'better'", "seed is not the one that was committed"),
        ("UPDATE draw SET eligible = 5", "number of eligible conversations differs"),
        ("UPDATE commitment SET frame_hash = 'x'", "frame was changed"),
        ("UPDATE commitment SET eligible = 3", "number of eligible conversations differs"),
        ("UPDATE commitment SET excluded = '{}'", "left out differ"),
        ("UPDATE pick SET place = place + 1 WHERE position = 1", "position 1: the seeded order comes to day"),
        ("DELETE FROM pick WHERE position = 0", "has a gap"),
        ("DELETE FROM pick WHERE position > 1", "stopped early"),
        (
            "UPDATE pick SET outcome = 'empty place', conversation_id = NULL WHERE position = 0",
            "as empty, but demo:c",
        ),
        (
            "UPDATE pick SET outcome = 'another channel' WHERE outcome = 'taken' AND position = 0",
            "nothing speaks against",
        ),
        ("UPDATE pick SET outcome = 'taken' WHERE outcome = 'conversation excluded'", "was taken, but"),
        ("UPDATE stratum SET eligible = eligible + 1", "were committed"),
        ("UPDATE stratum SET drawn = 1", "1 drawn are stored"),
        ("DELETE FROM stratum", "nothing is stored about how many"),
    ],
)
def test_each_kind_of_tampering_is_named(drawn, statement, words):
    """Whatever is changed behind the bot's back, the verdict says what no longer fits."""
    tamper(drawn.store, statement)
    assert words in differences(drawn)


def test_a_conversation_that_was_slipped_in_is_named(drawn):
    """What was handed out as random without being drawn is found."""
    with drawn.store.read() as tx:
        taken = set(tx.scalars(select(tables.Assignment.conversation_id)))
        row = tx.execute(
            select(tables.Lot.conversation_id, tables.Lot.person_id).where(
                tables.Lot.conversation_id.not_in(taken)
            )
        ).first()
        draw_id = tx.scalar(select(tables.Draw.id))
    assert row is not None
    tamper(
        drawn.store,
        f"UPDATE assignment SET conversation_id = {row.conversation_id} WHERE draw_id = {draw_id} AND id = "
        f"(SELECT min(id) FROM assignment WHERE reviewee_id = {row.person_id})",
    )
    assert "was handed out as random, but never drawn" in differences(drawn)


def test_what_changed_in_the_helpdesk_is_no_fraud(drawn):
    """A conversation that was deleted, moved or answered anew after the draw is named as such; the draw holds."""
    with drawn.store.read() as tx:
        c, k = tables.Conversation, tables.Pick
        keys = [
            row.external_id
            for row in tx.execute(
                select(c.external_id)
                .join(k, k.conversation_id == c.id)
                .where(k.outcome == "taken")
                .order_by(c.id)
            )
        ]
    later = MONDAY + timedelta(days=1)
    purging.purge(drawn.store, "demo", keys[0], now=later)
    number = int(keys[1][1:])
    drawn.import_(conversation(number, "h2", at=MONDAY - timedelta(days=40)), now=later)
    drawing.draw(drawn.store, "Support", "2026-W41", now=later)  # settles what changed
    verdict = verifying.verify(drawn.store, f"Support {WEEK}")
    assert verdict.holds, verdict.differences
    assert any("deleted" in each and keys[0] in each for each in verdict.since)
    assert any("moved" in each and keys[1] in each for each in verdict.since)


def test_a_changed_csat_is_said_whoever_changed_it(world):
    """Nothing tells a late answer from a hand in the database: the draw holds, and says what changed, and how."""
    low = {"value": 1, "min": 1, "max": 5}
    world.import_(
        *({**conversation(60 + n, "h1", at=MONDAY - timedelta(days=3)), "csat": low} for n in range(5))
    )
    configuring.configure(world.store, None, "Support", filters=["csat=0..40"])
    done = world.draw(seed="s")
    assert verifying.verify(world.store, "1").since == ()
    first, second = (each.conversation.removeprefix("demo:") for each in done.assignments[:2])
    tamper(world.store, f'UPDATE conversation SET csat = \'["5","1","5"]\' WHERE external_id = \'{first}\'')
    assert verifying.verify(world.store, "1").since == (
        f"the CSAT of demo:{first} has changed since the draw: taken then, CSAT outside the filter now",
    )
    tamper(world.store, f"UPDATE conversation SET csat = NULL WHERE external_id = '{second}'")
    verdict = verifying.verify(world.store, "1")
    assert (verdict.holds, len(verdict.since)) == (True, 2)


def test_a_draw_holds_whatever_becomes_of_it(world):
    """Skips, hand-ons, people who leave, agents who are other people now, a new draw: none of it is a difference."""
    store = world.store
    world.draw(seed="s")
    redrawing.redraw(store, "Support", WEEK, now=MONDAY, seed="t")
    for person in (world.rosa, world.cleo):
        tasks = world.tasks(person)
        reviewing.skip(store, person, tasks[0], reviewing.SkipReason.OTHER, now=MONDAY)
        with suppress(Invalid):
            reviewing.reassign(store, person, tasks[1], now=MONDAY)
    enrolling.import_people(
        store,
        "team,email,name,roles,slack_user_id,helpdesk_id\n"
        "Support,ada@example.com,Ada,,U1,h9\nSupport,ben@example.com,Ben,agent,U2,h1\n"
        "Support,ben@example.com,Ben,agent,U2,h2\nSupport,cleo@example.com,Cleo,agent,U3,h3\n",
        now=MONDAY + timedelta(days=1),
    )
    handing_on.hand_on(store, now=MONDAY + timedelta(days=1))
    later = MONDAY + timedelta(days=2)
    world.import_(*(conversation(n, "h1", at=MONDAY - timedelta(days=4)) for n in range(8, 16)), now=later)
    settling.settle_some(store)
    for attempt in ("1", "2"):
        verdict = verifying.verify(store, attempt)
        assert verdict.holds, verdict.differences


def test_a_draw_of_the_old_kind_says_so(drawn):
    """A draw that was made before there were commitments is not called false: one sentence says what it is."""
    with drawn.store.write() as tx:
        tx.execute(text("UPDATE draw SET commitment_id = NULL"))
    with pytest.raises(Invalid, match="before draws were committed") as caught:
        verifying.verify(drawn.store, "1")
    assert "\n" not in str(caught.value)
    task = drawn.tasks(drawn.rosa)[0]
    assert verifying.why_assignment(drawn.store, drawn.rosa, task).verdict is None
    reviewing.skip(drawn.store, drawn.rosa, task, reviewing.SkipReason.OTHER, now=MONDAY)
    card = reviewing.card_of_notice(drawn.store, task)
    assert card.follower is None


def test_a_replacement_is_the_next_in_order_and_still_verified(drawn):
    """Skipping goes on along the same order; the log grows, the estimate's n stays, and the draw holds."""
    task = drawn.tasks(drawn.rosa)[0]
    before = verifying.verify(drawn.store, f"Support {WEEK}")
    reviewing.skip(drawn.store, drawn.rosa, task, reviewing.SkipReason.OTHER, now=MONDAY)
    after = verifying.verify(drawn.store, f"Support {WEEK}")
    assert after.holds, after.differences
    assert after.drawn == before.drawn + 1
    with drawn.store.read() as tx:
        assert set(tx.scalars(select(tables.Stratum.drawn))) == {4}


def test_next_candidates_come_until_there_are_none(drawn):
    """Each is another conversation that nobody was handed, in the committed frame, until the places are used up."""
    ada = drawn.ada
    with drawn.store.write() as tx:
        draw_id = tx.scalar(select(tables.Draw.id))
        eligible = tx.scalar(select(tables.Stratum.eligible).where(tables.Stratum.person_id == ada.id))
        found = []
        while (each := assigning.next_candidate(tx, draw_id, ada.id)) is not None:
            found.append(each.key)
        assert assigning.next_candidate(tx, draw_id, drawn.vera.id) is None
    assert len(found) == len(set(found)) == eligible - 4
    assert not {"demo:c50", "demo:c51", "demo:c1"} & set(found)
    assert verifying.verify(drawn.store, f"Support {WEEK}").holds


def test_a_commitment_comes_first_and_counts_after_a_crash(world):
    """What is committed is what is drawn, also when conversations came or went in between; once."""
    made = committing.commit(world.store, "Support", WEEK, now=MONDAY)
    assert made == committing.commit(world.store, "Support", WEEK, now=MONDAY + timedelta(hours=1))
    world.import_(*(conversation(300 + n, "h1", at=MONDAY - timedelta(days=3)) for n in range(30)))
    done = world.draw()
    assert done.eligible == made.eligible == 24
    assert not any(
        each.conversation.startswith("demo:c3") and len(each.conversation) == 9 for each in done.assignments
    )
    assert committing.commit(world.store, "Support", WEEK, now=MONDAY) is None
    verdict = verifying.verify(world.store, f"Support {WEEK}")
    assert verdict.holds
    assert (verdict.seed_hash, verdict.frame_hash, verdict.attempt) == (made.seed_hash, made.frame_hash, 1)


def test_another_seed_after_a_commitment_is_another_attempt(world):
    """Nobody exchanges a committed seed unseen: the first commitment stays, the draw belongs to the second."""
    committing.commit(world.store, "Support", WEEK, now=MONDAY, seed="first")
    world.draw(seed="second")
    verdict = verifying.verify(world.store, f"Support {WEEK}")
    assert (verdict.attempt, verdict.holds) == (2, True)


def test_a_day_without_reviewers_fixes_no_empty_draw(world):
    """Quotas for each reviewer while nobody is there: nothing is fixed, and the draw is made when somebody is back."""
    configuring.configure(world.store, None, "Support", quota=3, quota_of=QuotaOf.REVIEWER)
    for person in (world.rosa, world.cleo):
        absenting.away(
            world.store, None, person, MONDAY.date(), MONDAY.date() + timedelta(days=30), now=MONDAY
        )
    assert not world.draw().saved
    absenting.back(world.store, None, world.rosa, now=MONDAY)
    assert len(world.draw().assignments) == 3
    assert verifying.verify(world.store, "1").holds


def test_a_dry_run_commits_nothing(world):
    """Looking leaves no trace."""
    world.draw(dry_run=True)
    with world.store.read() as tx:
        assert tx.scalars(select(tables.Commitment.id)).all() == []


def test_nothing_unrelated_moves_a_sample(world, database_url):
    """Same seed and frame, same sample: after other teams' and other weeks' conversations came, in another process."""
    first = drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="s", dry_run=True)
    world.import_(
        *(conversation(200 + n, "h8", at=MONDAY - timedelta(days=4)) for n in range(20)),
        *(conversation(300 + n, "h1", at=MONDAY - timedelta(days=10)) for n in range(20)),
        *(conversation(400 + n, "h2", at=MONDAY - timedelta(minutes=n)) for n in range(20)),
    )
    other = Store(database_url)
    try:
        again = drawing.draw(other, "Support", WEEK, now=MONDAY, seed="s")
    finally:
        other.close()
    assert (again.assignments, again.eligible, again.excluded) == (first.assignments, 24, first.excluded)
    assert verifying.verify(world.store, f"Support {WEEK}").holds


def test_filters_narrow_the_frame_and_are_counted(world):
    """Each reason is counted, and nothing outside the filters is drawn."""
    configuring.configure(
        world.store, None, "Support", filters=["without-person=ada@example.com", "messages=2"]
    )
    world.import_(conversation(80, "h2", at=MONDAY - timedelta(days=3), others=("h2",)))
    done = world.draw(seed="s")
    assert done.eligible == 16
    assert done.excluded == {"person excluded": 8, "number of messages outside the filter": 1}
    assert {each.reviewee for each in done.assignments} == {"Ben", "Cleo"}
    with pytest.raises(Invalid, match="contradict"):
        configuring.configure(world.store, None, "Support", filters=["csat=50..40"])


def test_more_reviewers_than_conversations_is_no_problem(world):
    """Each conversation goes to one of them, the others get nothing."""
    start = datetime(2026, 10, 28, tzinfo=UTC)
    world.import_(conversation(900, "h1", at=start))
    assert len(drawing.draw(world.store, "Support", "2026-W44", now=MONDAY).assignments) == 1


def test_why_this_conversation(drawn):
    """The reviewer and, once released, the agent read chance, seed and verdict; others are refused."""
    task = drawn.tasks(drawn.rosa)[0]
    found = verifying.why_assignment(drawn.store, drawn.rosa, task)
    assert (found.stream, found.drawn, found.mine) == (Stream.RANDOM, 4, False)
    assert found.verdict.holds
    with pytest.raises(NotAllowed):
        verifying.why_assignment(drawn.store, drawn.vera, task)
    card = drawn.rate_all(drawn.rosa, task)
    reviewing.submit(drawn.store, drawn.rosa, task, now=MONDAY)
    with drawn.store.read() as tx:
        review = tx.scalar(select(tables.Review.id))
    whose = {"Ada": drawn.ada, "Ben": drawn.ben, "Cleo": drawn.cleo}[card.reviewee_name]
    other = drawn.ben if whose.name != "Ben" else drawn.ada
    told = verifying.why_review(drawn.store, whose, review, now=MONDAY + timedelta(days=1))
    assert (told.mine, told.drawn, told.verdict.holds) == (True, 4, True)
    for who, when in ((whose, MONDAY), (other, MONDAY + timedelta(days=1))):
        with pytest.raises(NotAllowed):
            verifying.why_review(drawn.store, who, review, now=when)


@pytest.mark.parametrize("name", ["99", "Support 2026-W01", "Suport 2026-W46", "", "2026-W46"])
def test_an_unknown_draw_gets_one_sentence(drawn, name):
    """What is asked for is named, with how to name it."""
    with pytest.raises(NotFound, match="Support 2026-W47"):
        verifying.verify(drawn.store, name)

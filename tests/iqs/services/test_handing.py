"""Handing out between draws: the next conversation for who asks, and one that a lead picks."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from iqs.assignments import SkipReason
from iqs.errors import Conflict, Invalid, IQSError, NotAllowed, NotFound
from iqs.reviews import ReviewKind, Stream
from iqs.services import closing, delivering, drawing, enrolling, handing, reviewing, staffing
from tests.world import MONDAY, WEEK, conversation

NIGHT = MONDAY.replace(hour=2)


def draw(world, **options):
    return drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="s", **options)


def card(world, person, handed):
    return reviewing.open_card(world.store, person, handed.assignment_id)


def test_who_asks_gets_the_next_of_the_sample(world):
    """It is of the random stream and the current draw, was handed to nobody, and is somebody else's work."""
    before = {each.conversation for each in draw(world).assignments}
    done = handing.take_next(world.store, world.rosa, now=MONDAY)
    shown = card(world, world.rosa, done).assignment
    assert (shown.stream, shown.kind, shown.period) == (Stream.RANDOM, ReviewKind.MANAGER, WEEK)
    assert done.key not in before
    assert shown.reviewee_id != world.rosa.id


def test_it_leaves_at_once_though_it_is_night(world):
    """Whoever asks is at work: neither working hours nor five open scorecards hold back what they asked for."""
    draw(world)
    done = handing.take_next(world.store, world.rosa, now=NIGHT + timedelta(days=1))
    claimed = delivering.claim(world.store, now=NIGHT + timedelta(days=1), limit=100, paced=True, at_once=1)
    assert [each.object_id for each in claimed] == [done.assignment_id]


def test_what_is_asked_for_is_everybodys_in_turn(world, monkeypatch):
    """Asking again and again goes round the agents, hands out each conversation once, and ends with a kind sentence."""
    drawn = [each.conversation for each in draw(world).assignments]
    monkeypatch.setattr(handing, "MOST_ASKED", 24)
    asked = [handing.take_next(world.store, world.rosa, now=MONDAY) for _ in range(24 - len(drawn))]
    with pytest.raises(NotFound, match="Nothing is left"):
        handing.take_next(world.store, world.rosa, now=MONDAY)
    keys = [each.key for each in asked]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(drawn)
    first = {card(world, world.rosa, each).assignment.reviewee_id for each in asked[:3]}
    assert len(first) == 3


def test_nobody_takes_the_whole_sample_home(world):
    """Five that were asked for may be open; a skip makes no room, as the next one comes; who finishes one may ask."""
    draw(world)
    asked = [handing.take_next(world.store, world.rosa, now=MONDAY) for _ in range(handing.MOST_ASKED)]
    reviewing.skip(world.store, world.rosa, asked[0].assignment_id, SkipReason.OTHER, now=MONDAY)
    with pytest.raises(Invalid, match="5 conversations open that you asked for"):
        handing.take_next(world.store, world.rosa, now=MONDAY)
    assert handing.take_next(world.store, world.cleo, now=MONDAY)
    world.rate_all(world.rosa, asked[1].assignment_id)
    reviewing.submit(world.store, world.rosa, asked[1].assignment_id, now=MONDAY)
    assert handing.take_next(world.store, world.rosa, now=MONDAY)


@pytest.mark.parametrize(
    ("capacity", "words"), [(5, "at most 5 open reviews of Support"), (0, "no reviews of Support for you")]
)
def test_capacity_holds_for_who_asks_too(world, capacity, words):
    """Whoever has as much open as was planned for them is told so."""
    draw(world)
    staffing.limit(world.store, "Support", world.rosa, capacity, now=MONDAY)
    had = len(world.tasks(world.rosa))
    assert had == 5
    with pytest.raises(Invalid, match=words):
        handing.take_next(world.store, world.rosa, now=MONDAY)
    staffing.limit(world.store, "Support", world.rosa, had + 1, now=MONDAY)
    assert handing.take_next(world.store, world.rosa, now=MONDAY)


def test_after_the_deadline_nothing_more_is_handed_out(world):
    """The sentence says which draw is over, not that there never was one."""
    draw(world)
    over = MONDAY + timedelta(days=9)
    closing.tick(world.store, now=over)
    with pytest.raises(NotFound, match="The deadline of Support's draw of 2026-W46 is over"):
        handing.take_next(world.store, world.rosa, now=over)


def test_nobody_gets_what_they_took_part_in_and_it_is_left_to_others(world, monkeypatch):
    """Asking passes over no conversation for good: what the first may not review, the second gets."""
    monkeypatch.setattr(handing, "MOST_ASKED", 60)
    at = MONDAY - timedelta(days=3)
    world.import_(*(conversation(100 + n, "h1", at=at, others=("h4",)) for n in range(30)))
    draw(world)
    asked = set()
    with suppress(NotFound):
        for _ in range(60):
            asked.add(handing.take_next(world.store, world.rosa, now=MONDAY).key)
    assert 0 < len(asked) < 54  # it came to an end
    assert not {f"demo:c{100 + n}" for n in range(30)} & asked
    assert handing.take_next(world.store, world.cleo, now=MONDAY).key not in asked


def test_two_who_ask_at_once_get_two_conversations(world):
    """Of two requests at the same moment each gets another one."""
    draw(world)
    people, done = [world.rosa, world.cleo], []
    start = threading.Barrier(2)

    def ask(person):
        start.wait()
        done.append(handing.take_next(world.store, person, now=MONDAY).key)

    threads = [threading.Thread(target=ask, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(done)) == 2


@pytest.mark.parametrize(
    ("who", "error", "words"),
    [("ada", NotAllowed, "Only reviewers"), ("vera", NotFound, "Nothing is drawn for Sales")],
)
def test_who_cannot_be_helped_is_told_why(world, who, error, words):
    """An agent, and the reviewer of a team without a draw, get one sentence."""
    draw(world)
    with pytest.raises(error, match=words):
        handing.take_next(world.store, getattr(world, who), now=MONDAY)


def test_who_reviews_for_several_teams_is_asked_which(world):
    """The sentence shows how to say it, and the name given then decides."""
    enrolling.import_people(
        world.store,
        "team,email,name,roles,slack_user_id,helpdesk_id\nSales,rosa@example.com,Rosa,reviewer,U4,h4\n",
    )
    draw(world)
    with pytest.raises(Invalid, match="/iqs review Sales"):
        handing.take_next(world.store, world.rosa, now=MONDAY)
    assert handing.take_next(world.store, world.rosa, now=MONDAY, team_name="support").team.name == "Support"


def test_anothers_conversation_is_as_unknown_as_none(world):
    """A lead cannot find out which conversations other teams have; half an address is no fault."""
    world.import_(conversation(310, "h8", at=MONDAY - timedelta(days=30)))
    said = set()
    for wanted in ("demo:c310", "demo:c999", "https://desk.example.com/c310", "https://[c310", "https://["):
        with pytest.raises(NotFound) as refused:
            handing.hand_over(world.store, world.lea, wanted, now=MONDAY)
        said.add(str(refused.value))
    assert len(said) == 1


def test_a_lead_hands_out_by_key_or_link(world):
    """What a lead picks is targeted and says who picked it; the link may carry more than the stored one."""
    linked = conversation(300, "h1", at=MONDAY - timedelta(days=30))
    linked["url"] = "https://desk.example.com/agent/tickets/c300"
    world.import_(linked, conversation(301, "h2", at=MONDAY - timedelta(days=30)))
    by_link = handing.hand_over(
        world.store,
        world.lea,
        "https://desk.example.com/agent/tickets/c300?from=search#notes",
        now=MONDAY,
        reviewer_slack_id="U4",
    )
    by_key = handing.hand_over(world.store, world.lea, "demo:c301", now=MONDAY, reviewer_name="@Cleo")
    assert (by_link.reviewer.name, by_key.reviewer.name) == ("Rosa", "Cleo")
    shown = card(world, world.rosa, by_link).assignment
    assert (shown.stream, shown.picked_for, by_link.key) == (Stream.TARGETED, "link", "demo:c300")


def test_a_lead_may_take_it_themselves_at_once(world):
    """Without a reviewer it is the lead's own, and comes now."""
    done = handing.hand_over(world.store, world.lea, "demo:c1", now=NIGHT)
    assert done.reviewer.id == world.lea.id
    claimed = delivering.claim(world.store, now=NIGHT, limit=10, paced=True)
    assert [each.object_id for each in claimed] == [done.assignment_id]


def test_nobody_has_a_conversation_twice(world):
    """What is on somebody's list or was reviewed is not handed out again, and the lead is told whose it is."""
    drawn = draw(world).assignments[0]
    with pytest.raises(Conflict, match=f"{drawn.reviewer} has that conversation"):
        handing.hand_over(world.store, world.lea, drawn.conversation, now=MONDAY)
    free = handing.hand_over(world.store, world.lea, _free(world), now=MONDAY)
    with pytest.raises(Conflict, match="Lea has that conversation"):
        handing.hand_over(world.store, world.lea, free.key, now=MONDAY, reviewer_name="Rosa")


def _free(world):
    taken = {each.conversation for each in world.draw().assignments}
    return next(key for key in (f"demo:c{n}" for n in range(24)) if key not in taken)


@pytest.mark.parametrize(
    ("who", "wanted", "reviewer", "error", "words"),
    [
        ("rosa", "demo:c1", "", NotAllowed, "Only a lead"),
        ("lea", "demo:c999", "", NotFound, "no conversation by that link"),
        ("lea", "https://desk.example.com/c/4711", "", NotFound, "no conversation by that link"),
        ("lea", "demo:sales", "", NotFound, "no conversation by that link"),
        ("lea", "demo:nobody", "", Invalid, "Nobody here is known"),
        ("lea", "demo:c1", "Ada", Invalid, "Ada is no reviewer"),
        ("lea", "demo:c17", "Cleo", Invalid, "own work"),
        ("lea", "demo:helped", "Rosa", Invalid, "Rosa took part"),
    ],
)
def test_what_cannot_be_handed_out_gets_one_sentence(world, who, wanted, reviewer, error, words):
    """Not a lead, unknown, another team's, nobody's, no reviewer, their own, or they took part."""
    at = MONDAY - timedelta(days=3)
    others = {"sales": "h8", "nobody": "h99", "helped": "h1"}
    world.import_(
        *(
            {**conversation(500, agent, at=at, others=("h4",) if name == "helped" else ()), "id": name}
            for name, agent in others.items()
        )
    )
    with pytest.raises(error, match=words) as refused:
        handing.hand_over(world.store, getattr(world, who), wanted, now=MONDAY, reviewer_name=reviewer)
    assert isinstance(refused.value, IQSError)
    assert str(refused.value).count(". ") <= 1

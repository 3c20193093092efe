"""What is picked on purpose and what is read twice: rules, words, and how chance decides."""

from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import streams
from iqs.eligibility import Facts, Filters, Range
from iqs.errors import Invalid
from iqs.people import Person, Role
from iqs.reviews import ReviewKind, Stream, kind_of
from iqs.streams import Targets

AT = datetime(2026, 11, 10, tzinfo=UTC)
FACTS = Facts(1, "desk:1", 7, AT)


def facts(number, agent):
    return Facts(number, f"desk:{number}", agent, AT)


def test_targets_are_read_as_people_write_them():
    """Signs in any order and case, spaces allowed; what is stored reads back the same."""
    made = streams.read("CSAT <= 40 %, handle > 2h, Reopened, tag=Escalated, tag = vip, max=3")
    assert made == Targets(40, 7200, reopened=True, tags=("escalated", "vip"), most=3)
    assert streams.of(made.stored()) == made
    assert made.words == (
        "CSAT at most 40 %, handle time over 2 h, reopened, tagged escalated or vip (at most 3 a cycle)"
    )


@pytest.mark.parametrize("text", ["none", "", " None "])
def test_no_targets_are_no_targets(text):
    """None takes them all away, and nothing is stored."""
    assert not streams.read(text)
    assert streams.read(text).stored() == {}
    assert streams.of({}).words == "none"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("csat>40", "is no target"),
        ("csat<=100", "every answer"),
        ("max=5", "says how many, and not which"),
        ("reopened,max=0", "1 to 50"),
        ("reopened,max=51", "1 to 50"),
        ("handle>2 weeks", "is no target"),
        ("tag=", "is no target"),
        ("reopened,,", "is no target"),
        (",".join(f"tag=t{n}" for n in range(21)), "20 tags"),
    ],
)
def test_what_is_no_target_is_refused_in_one_sentence(text, words):
    """The sentence says what is wrong and how to write it."""
    with pytest.raises(Invalid, match=words):
        streams.read(text)


@pytest.mark.parametrize(
    ("changes", "reopens", "why"),
    [
        ({"csat": Fraction(40)}, None, "CSAT 40 %"),
        ({"csat": Fraction(41)}, None, None),
        ({}, None, None),
        ({"handle_seconds": 7200}, None, None),
        ({"handle_seconds": 9000}, 0, "handle time 2 h 30 min"),
        ({"tags": ("VIP",)}, 2, "reopened, tag VIP"),
        ({"csat": Fraction(0), "handle_seconds": 99_999}, 1, "CSAT 0 %, handle time 27 h 46 min"),
        ({"tags": ("vip",), "csat": Fraction(100, 3)}, None, "CSAT 33 %, tag vip"),
    ],
)
def test_why_a_conversation_is_picked(changes, reopens, why):
    """Every sign that holds is named as long as it fits; what nobody told is no sign."""
    targets = streams.read("csat<=40,handle>2h,reopened,tag=vip")
    assert streams.why(targets, FACTS._replace(**changes), reopens) == why


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip() and text.strip().isprintable()))
def test_a_reason_always_fits_its_column(tag):
    """However long a tag is, the reason has at most forty characters."""
    targets = Targets(tags=(tag.strip().lower(),))
    reason = streams.why(targets, FACTS._replace(tags=(tag.strip().lower(),)), None)
    assert reason is None or 0 < len(reason) <= streams.REASON


def test_filters_about_numbers_do_not_bind_what_is_picked():
    """Whom, channel, language and tags hold; a team that samples happy customers may look at unhappy ones here."""
    filters = Filters(
        channels=frozenset({"chat"}), csat=Range(50, 100), handle=Range(0, 60), without=frozenset({"desk:1"})
    )
    assert streams.bounds(filters) == Filters(channels=frozenset({"chat"}), without=frozenset({"desk:1"}))


@given(st.lists(st.integers(1, 4), max_size=30), st.integers(1, 10), st.text(max_size=5))
def test_picks_are_spread_over_the_agents(agents, most, seed):
    """As many as asked for if there are so many; nobody has two more than somebody who has more left."""
    found = [facts(number, agent) for number, agent in enumerate(agents)]
    picked = streams.pick(found, most=most, seed=seed)
    assert len(picked) == min(most, len(found))
    assert picked == streams.pick(found[::-1], most=most, seed=seed)
    got, have = Counter(each.reviewee_id for each in picked), Counter(agents)
    for agent, times in got.items():
        assert all(times - got[other] <= 1 or got[other] == have[other] for other in have if other != agent)


def test_the_share_read_twice_is_kept_in_the_long_run():
    """Of samples of three, ten percent are read twice over many seeds, though no sample holds three tenths of one."""
    keys = ["a", "b", "c"]
    times = Counter(key for seed in range(4_000) for key in streams.doubled(keys, percent=10, seed=str(seed)))
    assert sum(times.values()) == pytest.approx(1_200, abs=120)
    assert all(count == pytest.approx(400, abs=80) for count in times.values())


@pytest.mark.parametrize(("percent", "wanted"), [(0, 0), (50, 5), (100, 10)])
def test_a_whole_share_is_exact(percent, wanted):
    """Where the share is a whole number there is nothing for chance to decide but which."""
    keys = [f"desk:{n}" for n in range(10)]
    assert len(set(streams.doubled(keys, percent=percent, seed="s"))) == wanted


@pytest.mark.parametrize(
    ("stream", "kind", "more", "words"),
    [
        (Stream.RANDOM, ReviewKind.PEER, {"period": "2026-W07"}, "Random sample, week 7 · peer review"),
        (Stream.RANDOM, ReviewKind.SELF, {"period": "2026-11"}, "Random sample, 2026-11 · self review"),
        (
            Stream.RANDOM,
            ReviewKind.MANAGER,
            {"period": "2026-W53..2027-W01"},
            "Random sample, weeks 53 and 1 · manager review",
        ),
        (
            Stream.TARGETED,
            ReviewKind.MANAGER,
            {"picked_for": "CSAT 20 %"},
            "Picked for coaching: CSAT 20 % · manager review",
        ),
        (
            Stream.TARGETED,
            ReviewKind.PEER,
            {"picked_for": "link"},
            "Picked for coaching: handed out by a lead · peer review",
        ),
        (Stream.IMPORTED, ReviewKind.MANAGER, {}, "Imported from an earlier programme · manager review"),
    ],
)
def test_each_review_says_which_it_is(stream, kind, more, words):
    """Stream and kind in plain words, with the period or the reason."""
    assert streams.told(stream, kind, **more) == words


def test_only_chance_counts():
    """The random sample and imported history count for IQS, seen by a manager or a peer; nothing else does."""
    counting = {(stream, kind) for stream in Stream for kind in ReviewKind if streams.counts(stream, kind)}
    assert counting == {
        (stream, kind)
        for stream in (Stream.RANDOM, Stream.IMPORTED)
        for kind in (ReviewKind.MANAGER, ReviewKind.PEER)
    }


def test_an_agent_who_reviews_is_a_peer():
    """Whoever is an agent of the team reviews as a peer there, and as a manager elsewhere."""
    person = Person(
        1, "Cleo", roles={10: frozenset({Role.AGENT, Role.REVIEWER}), 20: frozenset({Role.REVIEWER})}
    )
    assert (kind_of(person, 10), kind_of(person, 20)) == (ReviewKind.PEER, ReviewKind.MANAGER)

"""The pace: no window of Slack's ever holds more than its limit, and nothing waits longer than it must."""

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import ASK_AGAIN, FLOOR, PLATEAU, SILENCE, Limits, Pace, Window


def send(window, calls, *, delay=0.0, until=1e9):
    """Lets calls leave as soon as they may, each answered after `delay`; returns when each left."""
    now, left, underway = 0.0, [], []
    while len(left) < calls and now < until:
        while underway and underway[0] <= now:
            window.answered(underway.pop(0))
        wait = window.wait(now)
        if wait <= 0:
            window.start(now)
            left.append(now)
            underway.append(now + delay)
        else:
            now += min([wait, *(at - now for at in underway[:1])]) or 0.001
    return left


def test_a_long_run_takes_its_ideal_time():
    """2,000 calls at 300 a minute: the limit's time and no more than one per cent."""
    left = send(Window(300), 2_000)
    ideal = (2_000 - 300) / 300 * 60  # the first window may be used at once
    assert left[-1] <= ideal * 1.03 + 60
    assert left[-1] - left[300] <= 1.01 * 1_700 / 300 * 60


@given(
    limit=st.integers(10, 400),
    delays=st.lists(st.floats(0.001, 20.0), min_size=1, max_size=5),
    pauses=st.lists(st.tuples(st.integers(0, 400), st.floats(0, 90)), max_size=3),
)
def test_no_window_of_slacks_ever_holds_more_than_the_limit(limit, delays, pauses):
    """However long calls are on their way, Slack never counts more than the limit in any minute."""
    window, now = Window(limit), 0.0
    arrived, underway = [], []
    idle = dict(pauses)
    for number in range(3 * limit if limit < 150 else limit + 80):
        now += idle.get(number, 0.0)
        while (wait := window.wait(now)) > 0:
            now += max(0.001, min([wait, *(at - now for at in underway if at > now)]))
            for at in sorted(each for each in underway if each <= now):
                underway.remove(at)
                window.answered(at)
        window.start(now)
        delay = delays[number % len(delays)]
        arrived.append(now + delay * ((number * 7) % 10) / 10)  # somewhere on its way Slack counts it
        underway.append(now + delay)
    arrived.sort()
    for place in range(limit, len(arrived)):
        assert arrived[place] - arrived[place - limit] > 60 - 1e-6


def test_a_pause_is_followed_by_a_short_burst_only():
    """After a quiet hour a few leave at once, not a whole minute's worth."""
    left = send(Window(300), 40)
    assert 10 <= sum(at == 0.0 for at in left) <= 20


def test_a_refused_workspace_waits_and_learns_a_smaller_limit():
    """A 429 stops everything for Retry-After; afterwards less is sent than was accepted before."""
    window = Window(300)
    send(window, 200, until=59)
    window.limited(59.0, 30.0)
    assert window.wait(59.0) == pytest.approx(30.0)
    assert window.limit == pytest.approx(0.9 * 200, rel=0.05)
    window.limited(60.0, 40.0)  # one more of the same burst
    assert window.limit == pytest.approx(0.9 * 200, rel=0.05)
    assert window.wait(60.0) == pytest.approx(40.0)


def test_it_comes_back_to_just_below_what_slack_took_and_stays():
    """Additive increase ends at a plateau: for an hour nothing is tried that Slack refused before."""
    window = Window(300)
    send(window, 200, until=59)
    window.limited(59.0, 1.0)
    limits = []
    now = 60.0
    for _ in range(40 * 300):
        while (wait := window.wait(now)) > 0:
            now += wait
        window.start(now)
        window.answered(now)
        limits.append(window.limit)
        if now > 3_000:
            break
    assert all(after >= before for before, after in pairwise(limits))
    assert limits[-1] == pytest.approx(PLATEAU * 200, rel=0.05)


def test_asking_for_more_is_rare():
    """Above what is known to work one step is tried, after an hour of use."""
    window = Window(60, seconds=1.0)  # a minute in a second: an hour in sixty
    send(window, 59 * 60)
    assert window.limit == 60
    send(window, 61 * 60)
    assert window.limit > 60


def test_two_that_share_a_limit_come_to_equal_shares():
    """Neither knows of the other: together they use nearly all that Slack lets through, with a refusal an hour."""
    allowed, windows, counted = 450, [Window(300), Window(300)], deque()
    left, refused = [0, 0], 0
    for moment in range(2 * 3600 * 20):
        now = moment / 20
        while counted and counted[0] <= now - 60:
            counted.popleft()
        for number in (0, 1) if moment % 2 else (1, 0):
            window = windows[number]
            if window.wait(now) > 0:
                continue
            window.start(now)
            if len(counted) < allowed:
                counted.append(now)
                window.answered(now)
                left[number] += now >= 3600
            else:
                window.refused()
                window.limited(now, 30)
                refused += now >= 3600
    assert sum(left) > 0.95 * allowed * 60
    assert min(left) > 0.45 * sum(left)
    assert refused <= 2


def test_the_floor_holds():
    """However often Slack refuses, a little is always tried."""
    window = Window(300)
    for n in range(50):
        window.limited(n * 100.0, 1.0)
    assert window.limit == FLOOR


def test_a_channel_gets_one_post_a_second():
    """The next post waits from the answer of the one before; other channels do not."""
    pace = Pace(Limits(spacing=1.0))
    pace.start(0.0)
    pace.answered("C1", 0.4)
    assert pace.channel_wait("C1", 0.5) == pytest.approx(0.9)
    assert pace.channel_wait("C2", 0.5) == 0


def test_one_limited_channel_is_its_own_affair():
    """A 429 in one channel, again and again, pauses that channel only; a second one pauses the workspace."""
    pace = Pace(Limits())
    for _ in range(3):
        pace.start(0.0)
        assert not pace.limited("C1", 0.0, 60.0)
    assert pace.channel_wait("C1", 1.0) == 59.0
    assert pace.workspace.wait(1.0) == 0
    pace.start(1.0)
    assert pace.limited("C2", 1.0, 60.0)
    assert pace.workspace.wait(1.0) == 60.0


def test_a_refusal_of_long_ago_is_no_second_one():
    """Two channels refused more than a window apart do not stop everybody."""
    pace = Pace(Limits())
    pace.start(0.0)
    pace.limited("C1", 0.0, 5.0)
    pace.start(61.0)
    assert not pace.limited("C2", 61.0, 5.0)


def test_forgotten_channels_take_no_room():
    """A hundred thousand channels leave a thousand behind."""
    pace = Pace(Limits())
    for n in range(20_000):
        pace.workspace.underway += 1
        pace.answered(f"C{n}", float(n))
    assert len(pace._next) <= 1_001


def test_while_slack_answers_nothing_one_post_a_minute_asks():
    """An outage does not put everything that waits in doubt; the first answer ends it at once."""
    pace = Pace(Limits())
    for number in range(SILENCE):
        assert pace.workspace.wait(0.0) == 0
        pace.start(0.0)
        pace.unanswered(f"C{number}", 0.0)
    asked = [0.0]
    while asked[-1] < 10 * ASK_AGAIN:
        asked.append(asked[-1] + pace.workspace.wait(asked[-1]))
        pace.start(asked[-1])
        assert pace.workspace.wait(asked[-1]) > 0  # no second one beside it
        pace.unanswered("C", asked[-1])
    assert [later - earlier for earlier, later in pairwise(asked)] == [ASK_AGAIN] * 10
    pace.answered("C", asked[-1] + 1)
    assert pace.workspace.wait(asked[-1] + 1) == 0


def test_a_doubt_among_answers_is_no_outage():
    """Only doubts in a row count."""
    pace = Pace(Limits())
    for number in range(4 * SILENCE):
        at = number * 1.0
        pace.start(at)
        (pace.answered if number % SILENCE == 0 else pace.unanswered)(f"C{number}", at)
        assert pace.workspace.wait(at + 1) == 0

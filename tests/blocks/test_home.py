"""The Home tab, `/iqs me`, `/iqs team`, `/iqs help`: one's own work, one's own teams, nothing else."""

from blocks import feedback, home, me, refusal, scorecard, team
from blocks import help as help_page
from blocks.ids import ActionId
from tests.blocks import cases, report_cases
from tests.blocks.clicks import action, buttons
from tests.blocks.judge import read


def test_waiting_reviews_open():
    """Each waiting review has its own button, "Continue" where it was begun."""
    view = home.view(report_cases.home())
    opened = [scorecard.read_assignment(action(view, ActionId.READ, at=each)) for each in (0, 1)]
    assert opened == [41, 42]
    assert buttons(view)[:2] == ["Continue", "Open"]
    assert "2 of 5 rated · due <!date^" in read(view)


def test_a_long_list_says_how_much_is_left():
    """Twenty are shown, the rest is counted."""
    assert "and 180 more" in read(home.view(report_cases.fat_home()))


def test_nothing_waiting_is_said_to_reviewers_only():
    """A reviewer without work reads so; an agent is not told about reviews they never give."""
    assert "Nothing waits for you." in read(home.view(report_cases.home(waiting=())))
    assert "Waiting" not in read(home.view(report_cases.thin_home()))


def test_my_reviews_open():
    """Recent reviews open their feedback, from Home and from /iqs me."""
    assert feedback.read_review(action(home.view(report_cases.home()), ActionId.FEEDBACK_OPEN)) == 5
    assert (
        feedback.read_review(action(me.message(report_cases.personal()), ActionId.FEEDBACK_OPEN, at=1)) == 6
    )


def test_the_trend_is_bars_and_words():
    """The spark line has one bar a week, a dot for a week without reviews, and its numbers in words."""
    said = read(me.message(report_cases.personal()))
    assert "▂▄·▁▃▆▅█▂▄▅▆" in said
    assert "W36 84 %, W47 88 %; lowest week 83 %, highest 90 %" in said


def test_too_few_reviews_give_no_number():
    """With fewer than five reviews there is n, and no score to be judged by."""
    few = report_cases.personal(iqs=report_cases.Estimate(40.0, 3, 0.0, 100.0, 30.0), change=report_cases.FEW)
    said = read(me.message(few))
    assert "not enough reviews yet (n = 3; 15 more reviews give ±15 points)" in said
    assert "40 %" not in said


def test_agents_stand_by_name():
    """The team's agents are sorted by name, not by score."""
    said = read(team.message(report_cases.team_report()))
    assert said.index("Ana Ruiz") < said.index("Maya Lind: 85 %") < said.index("Tom Berg: 91 %")
    assert "Eva Stein: 8 of 12 done" in said
    assert "No greeting (Process): 1 time" in said


def test_a_report_without_persons_shows_none():
    """Where the reader may not see persons, there is no empty list of them either."""
    assert "Agents" not in read(team.message(report_cases.team_report(agents=())))


def test_help_offers_what_one_may_do():
    """A file of the team and a person's card are offered to leads only."""
    for command in ("/iqs export", "/iqs agent"):
        assert command in read(help_page.message(cases.LEAD))
        assert command not in read(help_page.message(cases.PERSON))


def test_strangers_learn_nothing():
    """The refusal says how to get in, and names no person, team or number."""
    said = read(refusal.stranger())
    assert "ask the lead of your team to add you" in said
    assert not any(character.isdigit() for character in said)


def test_a_fault_of_ours_has_a_reference():
    """An unexpected error shows its reference, and what stays saved."""
    said = read(refusal.failed("a1b2c3"))
    assert "a1b2c3" in said
    assert "saved" in said

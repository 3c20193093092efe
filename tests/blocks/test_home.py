"""The Home tab, `/iqs me`, `/iqs team`, `/iqs help`: one's own work, one's own teams, nothing else."""

from dataclasses import replace

from blocks import feedback, home, me, refusal, scorecard, team
from blocks import help as help_page
from blocks.ids import ActionId
from iqs.reports import Survey
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


def test_what_was_picked_for_coaching_says_so():
    """A reviewer knows before opening it; all else, a hidden second reading too, is marked by nothing."""
    said = read(home.view(report_cases.home()))
    assert "picked for coaching · 0 of 5 rated" in said
    assert said.count("picked for coaching ·") == 1


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


def test_every_view_calls_a_change_by_the_same_word():
    """What is chance among five categories in the digest is no fall in /iqs team, /iqs me or at home either."""
    drop = replace(report_cases.DOWN, p=0.03)
    categories = tuple(
        replace(each, change=drop if place == 1 else report_cases.NOISE)
        for place, each in enumerate(report_cases.team_report().categories)
    )
    made = report_cases.team_report(change=report_cases.NOISE, categories=categories, groups=())
    own = report_cases.personal(change=report_cases.NOISE, categories=categories)
    shown = home.view(report_cases.home(led=(made,), personal=own))
    for said in (read(team.message(made)), read(me.message(own)), read(shown)):
        assert "down 6 points" not in said
        assert "Fell" not in said
    sure = replace(drop, p=0.004)
    surely = tuple(replace(each, change=sure) if each.change is drop else each for each in categories)
    assert "down 6 points" in read(team.message(replace(made, categories=surely)))
    assert "Fell: Tone and empathy 6 points" in read(
        home.view(report_cases.home(led=(replace(made, categories=surely),)))
    )


def test_nobody_reviewed_is_one_sentence():
    """No table of zeros: neither for an agent of whom nothing was seen, nor for a team in a quiet time."""
    own = report_cases.personal(iqs=report_cases.figure(None), recent=(), given=None, csat=Survey(), trend=())
    assert read(me.message(own)) == me.NOTHING
    gave = read(me.message(replace(own, given=report_cases.figure(88.0, 9))))
    assert "Reviews you gave: 9" in gave
    assert "Trend" not in gave
    quiet = read(team.message(report_cases.team_report(iqs=report_cases.figure(None), agents=(), groups=())))
    assert "By category" not in quiet


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

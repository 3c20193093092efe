"""Every answer to a command is one screen that Slack accepts, and says what its figures allow."""

import json
import shlex
from dataclasses import replace

import pytest

from blocks import category, export, figures, plan
from iqs.schedules import ScheduleKind
from iqs.statistics import Word
from tests.blocks import command_cases as made
from tests.blocks.judge import judge_message, parsed_by_slack

ANSWERS = dict(made.messages())


def read(message):
    return json.dumps(message, ensure_ascii=False).replace(figures.GAP, " ")


@pytest.mark.parametrize("name", ANSWERS)
def test_it_fits(name):
    """Slack's limits, with the thinnest and the fattest of figures."""
    judge_message(ANSWERS[name])
    for text in parsed_by_slack(ANSWERS[name]):
        assert "<!channel>" not in text
        assert "<@U" not in text


def test_a_change_is_said_in_one_of_three_words():
    """Higher, lower, or no clear difference; a changed scale cannot be compared."""
    said = read(category.message(made.card()))
    assert "lower than before: down 6 points" in said
    figure = made.card().figure
    unclear = replace(figure, change=made.SAME)
    assert f"{Word.UNCLEAR} (+1)" in read(category.message(made.card(figure=unclear)))
    rescaled = replace(figure, rescaled=True)
    assert "its scale changed" in read(category.message(made.card(figure=rescaled)))


def test_people_stand_by_name_and_only_clear_differences_are_named():
    """Who lies clearly lower is called so; nobody is ranked."""
    said = read(category.message(made.card()))
    assert said.index("Maya Lind") < said.index("Noor Haddad") < said.index("Omar Diaz")
    assert said.count("clearly lower than the others") == 1
    assert "not enough reviews yet (n = 2" in said


def test_figures_of_few_are_not_there():
    """What fewer than five people stand behind is said to be left out, without any number of it."""
    said = read(category.message(made.cards()["withheld"]))
    assert "Fewer than 5 people" in said
    assert "%" not in said.replace("95 %", "")


def test_no_words_of_a_conversation_without_the_right_to_read():
    """The auditor's card names reviews by their number."""
    with_words, without = read(ANSWERS["agent"]), read(ANSWERS["agent-without-words"])
    assert "Where is my order?" in with_words
    assert "Where is my order?" not in without
    assert "Review 5" in without


def test_a_file_that_cannot_be_sent_says_how_to_make_it():
    """The very command, with the team and the days that were asked for."""
    said = read(export.words(made.WISH))
    assert "files:write" in said
    assert "iqs report --team Care --from 2026-11-16 --to 2026-11-23 --format csv --output report.csv" in said


def test_what_is_pasted_into_a_shell_runs_nothing_else():
    """A team's name is one word of the command, whatever is in it."""
    team = replace(made.WISH.team, name="Care\"; rm -rf $(pwd) `id` '")
    (code,) = [
        part["elements"][0]["text"]
        for block in export.words(replace(made.WISH, team=team))["blocks"]
        for part in block.get("elements", [])
        if part["type"] == "rich_text_preformatted"
    ]
    assert shlex.split(code)[:4] == ["iqs", "report", "--team", team.name]


def test_a_comment_above_a_file_names_nobody():
    """It is parsed by Slack: names in it are escaped."""
    team = replace(made.TEAM, name="<!channel> & co")
    assert "&lt;!channel&gt; &amp; co" in export.comment(replace(made.WISH, team=team))


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        (made.WEEKLY, "on Friday at 10:30 (Europe/Berlin)"),
        (replace(made.WEEKLY, kind=ScheduleKind.MONTHLY), "on the month's first Friday at 10:30"),
        (replace(made.WEEKLY, paused=True), "is paused"),
    ],
)
def test_a_plan_says_when(schedule, says):
    """Day, hour and zone, or that it is paused and how it comes back."""
    assert says in read(plan.message(made.TEAM, schedule, ()))

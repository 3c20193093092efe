"""Answers to commands to draw: thin, usual, and fatter than anybody reads."""

from dataclasses import replace
from datetime import date, timedelta

from blocks import agent, category, digest, explain, export, plan
from iqs.category_cards import CategoryCard, Stand
from iqs.exports import Wish
from iqs.reports import CategoryFigure, CauseFigure
from iqs.schedules import Due, Schedule, ScheduleKind
from iqs.statistics import Change, Estimate, Word
from tests.blocks import report_cases
from tests.blocks.cases import NOW, TEAM, hostile
from tests.blocks.report_cases import DOWN, PERIOD, figure

SAME = Change(1.2, -6.0, 8.4, Word.UNCLEAR)
LOWER = Change(-21.0, -30.0, -12.0, Word.LOWER)
WISH = Wish(TEAM, PERIOD, "csv", 24)
WEEKLY = Schedule(1, TEAM.id, ScheduleKind.DIGEST, 4, 630, "Europe/Berlin", NOW)
LINES = [
    "Review 42",
    "Scorecard “Support quality”, version 1",
    "Solution: 4 of 5, (4 - 1) / (5 - 1) × 100 = 75 %, weight 35: 75 × 35 = 2625",
    "Score = sum(score × weight) / sum(weight) = 2625 / 35 = 75.00 %",
]


def card(**changes):
    """Product knowledge fell in Care; one of its three agents is clearly lower."""
    usual = CategoryCard(
        TEAM,
        "Product knowledge",
        PERIOD,
        CategoryFigure("product", "Product knowledge", figure(71.0), DOWN),
        trend=report_cases.team_report().trend,
        causes=(
            CauseFigure("Product knowledge", "Help article is wrong", 4, 66.7, 66.7),
            CauseFigure("Product knowledge", "Guessed", 2, 33.3, 100.0),
        ),
        people=(
            Stand("Maya Lind", figure(82.0, 8), SAME),
            Stand("Noor Haddad", figure(50.0, 8), LOWER),
            Stand("Omar Diaz", Estimate(60.0, 2), Change(1.0, None, None, Word.TOO_FEW)),
        ),
    )
    return replace(usual, **changes)


def cards():
    """The answers by their size."""
    few = figure(None)
    return {
        "usual": card(),
        "thin": CategoryCard(replace(TEAM, name=""), "", PERIOD, CategoryFigure("x", "", few)),
        "withheld": CategoryCard(TEAM, "Tone", PERIOD, None),
        "fat": card(
            team=replace(TEAM, name=hostile(400)),
            name=hostile(400),
            period=replace(PERIOD, label=hostile(300)),
            causes=tuple(CauseFigure("x", hostile(300), 3, 10.0, 90.0) for _ in range(40)),
            people=tuple(Stand(hostile(300), figure(), LOWER) for _ in range(200)),
        ),
    }


def messages():
    """Every answer by name."""
    for size, each in cards().items():
        yield f"category-{size}", category.message(each)
    person = report_cases.personal(
        next_step="Product knowledge (71 %): watch for “Guessed”, noted 3 of 4 times there."
    )
    yield "agent", agent.message(person, team="Care", also=("Sales",))
    yield "agent-without-words", agent.message(person, team="Care", reads=False)
    yield "agent-fat", agent.message(report_cases.fat_personal(), team=hostile(300), also=(hostile(300),) * 3)
    yield "agent-thin", agent.message(report_cases.thin_personal(), team=None)
    yield "agent-nothing", agent.nothing(report_cases.thin_personal(), hostile(300))
    yield "explain", explain.message(LINES)
    yield "explain-fat", explain.message([hostile(2000)] * 200)
    yield "explain-thin", explain.message([])
    fat = Wish(replace(TEAM, name=hostile(400)), replace(PERIOD, label=hostile(300)), "json", 0)
    for size, wish in (("", WISH), ("-fat", fat)):
        yield f"export{size}", export.promised(wish)
        yield f"export-words{size}", export.words(wish)
    due = (Due(date(2026, 11, 27), NOW + timedelta(days=4)),)
    yield "plan", plan.message(TEAM, WEEKLY, due)
    yield "plan-paused", plan.message(replace(TEAM, name=hostile(300)), replace(WEEKLY, paused=True), ())
    monthly = replace(WEEKLY, kind=ScheduleKind.MONTHLY)
    yield "plan-monthly", plan.message(replace(TEAM, channel_id=None), monthly, due)
    yield "preview", plan.preview(digest.message(report_cases.digest()))

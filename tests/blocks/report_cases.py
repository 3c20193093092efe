"""Reports, digests and Home views to draw: thin, usual, and fatter than anybody reads."""

from dataclasses import replace
from datetime import date, timedelta

from iqs.assignments import Progress, Waiting
from iqs.falls import Turn
from iqs.reports import (
    CategoryFigure,
    CauseFigure,
    Criticals,
    Digest,
    Example,
    Goal,
    Home,
    Pairs,
    Period,
    PersonalReport,
    PersonFigure,
    Picked,
    Point,
    Quadrant,
    ReviewLine,
    ShiftReport,
    ShiftReview,
    Survey,
    TeamReport,
    TimeFigure,
    Verdict,
)
from iqs.reviews import ReviewKind
from iqs.statistics import Change, Estimate, Word
from tests.blocks.cases import LEAD, NOW, PERSON, TEAM, hostile


def figure(mean=87.0, n=24, half=5.0):
    """An estimate; None for a period without reviews."""
    return (
        Estimate(None, 0) if mean is None else Estimate(mean, n, mean - half, min(100.0, mean + half), 12.0)
    )


UP = Change(3.6, 0.4, 6.8, Word.HIGHER)
DOWN = Change(-6.2, -10.1, -2.3, Word.LOWER)
NOISE = Change(-1.4, -6.0, 3.2, Word.UNCLEAR)
FEW = Change(9.0, None, None, Word.TOO_FEW)
PERIOD = Period(NOW - timedelta(days=7), NOW, "week 47")


def shift(**changes):
    """Product knowledge fell in Care a week ago."""
    usual = ShiftReport(
        team=TEAM,
        turn=Turn.FALL,
        category="Product knowledge",
        mean=71.4,
        usual=84.2,
        n=9,
        began_at=NOW - timedelta(days=6),
        reviews=(ShiftReview(31, "Where is my order?", 40.0), ShiftReview(28, None, 62.5)),
    )
    return replace(usual, **changes)


def trend(means=(84.0, 86.0, None, 83.0, 85.0, 88.0, 87.0, 90.0, 84.0, 86.0, 87.0, 88.0)):
    """One point a week from W36."""
    return tuple(
        Point(f"W{36 + index}", date(2026, 8, 31) + timedelta(weeks=index), figure(mean))
        for index, mean in enumerate(means)
    )


def team_report(**changes):
    """Care in week 47."""
    names = ("Solution", "Tone and empathy", "Product knowledge", "Process", "Grammar")
    usual = TeamReport(
        team=TEAM,
        period=PERIOD,
        iqs=figure(),
        change=UP,
        pass_rate=79.2,
        categories=tuple(
            CategoryFigure(name.lower(), name, figure(80.0 + 3 * index), moved)
            for index, (name, moved) in enumerate(zip(names, (UP, DOWN, NOISE, FEW, None), strict=True))
        ),
        agents=(
            PersonFigure(4, "Tom Berg", figure(91.0, 7)),
            PersonFigure(3, "Maya Lind", figure(85.0, 6), given=figure(88.0, 9), csat=Survey(93.8, 8)),
            PersonFigure(5, "Ana Ruiz", Estimate(40.0, 2, 0.0, 100.0, 30.0)),
        ),
        reviewers=(PersonFigure(2, "Jonas Weber", figure(86.0, 12)),),
        trend=trend(),
        causes=(
            CauseFigure("Solution", "Answer incomplete", 6, 60.0, 60.0),
            CauseFigure("Process", "No greeting", 1, 10.0, 70.0),
        ),
        csat=91.0,
        csat_n=140,
        progress=Progress(24, 18, 2, {"Jonas Weber": (10, 12), "Eva Stein": (8, 12)}),
        skip_share=100 * 2 / 24,
        groups=(CategoryFigure("basics", "The basics", figure(90.0), NOISE),),
        pass_interval=(59.5, 90.8),
        criticals=Criticals(0, 24, 0.0, 11.7),
        goal=Goal(85, Verdict.UNKNOWN),
        ces=Survey(72.0, 31),
        times=(
            TimeFigure("first response", "business", 730.0, 88),
            TimeFigure("first response", None, 12_000.0, 5),
        ),
        pairs=pairs("Where is my order?"),
        picked=Picked(61.2, 5),
    )
    return replace(usual, **changes)


def pairs(subject):
    """Fourteen reviewed conversations with an answer."""
    read = {
        (happy, good): tuple(
            Example(number, subject, 100.0 * good, 100.0 * happy) for number in (first, first + 1)
        )
        for first, (happy, good) in enumerate(QUADRANTS, 60)
    }
    return Pairs(
        14,
        81.5,
        84.2,
        tuple(
            Quadrant(*each, count, read[each] if count else ())
            for each, count in zip(QUADRANTS, (9, 2, 3, 0), strict=True)
        ),
    )


QUADRANTS = ((True, True), (True, False), (False, True), (False, False))


def fat_team_report():
    """Hostile names everywhere, more of all than anybody reads."""
    return team_report(
        team=replace(TEAM, name=hostile(400)),
        period=replace(PERIOD, label=hostile(200)),
        categories=tuple(CategoryFigure(f"k{each}", hostile(300), figure(), DOWN) for each in range(40)),
        agents=tuple(
            PersonFigure(each, f"{each} {hostile(300)}", figure(), None, figure(), Survey(99.0, 10**6))
            for each in range(120)
        ),
        trend=tuple(
            replace(each, csat=Survey(99.9, 10**6), rebased=True)
            for each in trend(tuple(float(each) for each in range(60)))
        ),
        causes=tuple(CauseFigure(hostile(300), hostile(300), each, 3.3, each * 3.3) for each in range(30)),
        groups=tuple(CategoryFigure(f"g{each}", hostile(300), figure(), DOWN) for each in range(12)),
        rebased=(date(2026, 11, 3), date(2026, 11, 10)),
        withheld=tuple(hostile(300) for _ in range(20)),
        pairs=pairs(hostile(400)),
        progress=Progress(10**6, 10**6, 10, {f"{each} {hostile(300)}": (each, 99) for each in range(120)}),
    )


def thin_team_report():
    """A team that has never been reviewed."""
    return TeamReport(
        team=replace(TEAM, name=""),
        period=PERIOD,
        iqs=figure(None),
        change=None,
        pass_rate=None,
        categories=(),
        agents=(),
        reviewers=(),
        trend=(),
        causes=(),
    )


def digest(report=None, **changes):
    """The digest of Care for week 47."""
    usual = Digest(
        headline="IQS is 87 %, up 4 points on the week before; Tone and empathy fell by 6.",
        report=report or team_report(),
        praise="Tone was rated 5 of 5 in 14 reviews.",
    )
    return replace(usual, **changes)


def review_line(number=5, **changes):
    """One received review."""
    usual = ReviewLine(number, "Where is my order?", 54.4, False, NOW, False, ReviewKind.MANAGER)
    return replace(usual, **changes)


def personal(**changes):
    """Maya's last 30 days."""
    report = team_report()
    usual = PersonalReport(
        person=PERSON,
        period=replace(PERIOD, label="last 30 days"),
        iqs=figure(),
        change=NOISE,
        categories=report.categories,
        trend=report.trend,
        recent=tuple(review_line(number) for number in (5, 6)),
        strength="Tone and empathy: 93 % (88–97, n = 24)",
        focus="Product knowledge: 71 % (62–80, n = 24)",
        given=figure(88.0, 9),
        csat=Survey(93.8, 8),
    )
    return replace(usual, **changes)


def fat_personal():
    """Everything too long."""
    return personal(
        person=replace(PERSON, name=hostile(300)),
        period=replace(PERIOD, label=hostile(300)),
        categories=fat_team_report().categories,
        trend=fat_team_report().trend,
        recent=tuple(review_line(number, subject=hostile(500)) for number in range(50)),
        strength=hostile(900),
        focus=hostile(900),
    )


def thin_personal():
    """A new agent."""
    return PersonalReport(replace(PERSON, name=""), PERIOD, figure(None), None, (), (), ())


def waiting(number, **changes):
    """One line of the list of work."""
    usual = Waiting(number, "Maya Lind", "Where is my order?", "chat", 2, 5, NOW)
    return replace(usual, **changes)


def home(**changes):
    """A lead who also reviews and answers customers."""
    usual = Home(
        person=LEAD,
        teams=(TEAM,),
        waiting=(waiting(41), waiting(42, rated=0, subject=None, due_at=None, picked=True)),
        drafts=1,
        personal=personal(),
        led=(team_report(),),
        next_times={"draw": NOW, "digest": NOW},
    )
    return replace(usual, **changes)


def fat_home():
    """200 reviews waiting, 30 teams led."""
    return home(
        waiting=tuple(
            waiting(each, reviewee_name=hostile(300), subject=hostile(500), channel=hostile(100))
            for each in range(200)
        ),
        personal=fat_personal(),
        led=(fat_team_report(),) * 30,
        next_times={hostile(200) + str(each): NOW for each in range(30)},
    )


def thin_home():
    """Somebody for whom there is nothing yet."""
    return Home(person=replace(PERSON, name=""), teams=())

"""What a digest costs beside the floor of its index and beside the naive query, and whether history slows it.

All in one process and one run, on SQLite, on a short history and on one four times as long; in turns, so that a
noisy machine disturbs all alike. Floor: n and sum of the team's week from the covering index, raw sqlite3. Naive:
the score of each review worked out from its ratings, found without an index. "scores" is our one query for
the team's figures; digest, team, person and home are whole services with all their queries and statistics.

    python benchmarks/report.py [--weeks 26] [--rounds 15]
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

from iqs import periods
from iqs.files.scorecards import preset
from iqs.schedules import Due, Outcome, ScheduleKind
from iqs.services import enrolling, publishing, reporting
from iqs.storage import aggregates
from iqs.storage.migrating import upgrade
from iqs.storage.repositories import schedules
from iqs.storage.store import Store

TEAMS, AGENTS, REVIEWERS, WEEKLY = 10, 20, 4, 5
LAST = date(2026, 11, 16)  # the Monday of the week that is reported
DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)

FLOOR = """SELECT count(score), sum(score) FROM review
WHERE team_id = ? AND submitted_at >= ? AND submitted_at < ?"""
NAIVE = """SELECT count(*), avg(score) FROM (
    SELECT sum(rating.points) * 1.0 / count(*) AS score
    FROM review NOT INDEXED JOIN rating ON rating.review_id = review.id
    WHERE team_id = ? AND submitted_at >= ? AND submitted_at < ? AND stream = 'random' AND rating.points IS NOT NULL
    GROUP BY review.id)"""


@dataclass
class Built:
    """A filled database and what is measured in it."""

    store: Store
    raw: sqlite3.Connection
    run_id: int
    reviews: int


def build(path: Path, weeks: int) -> Built:
    """Teams of agents who each got the same number of reviews every week, at random moments."""
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    lines = ["team,email,name,roles,slack_user_id"]
    for team in range(TEAMS):
        roles = ["agent"] * AGENTS + ["reviewer"] * REVIEWERS + ["lead"]
        lines += [
            f"T{team},p{team}-{n}@example.com,Person {team}-{n},{role},U{team}X{n}"
            for n, role in enumerate(roles)
        ]
    enrolling.import_people(store, "\n".join(lines) + "\n")
    names = [f"T{team}" for team in range(TEAMS)]
    publishing.apply_scorecard(store, preset(), names, now=DUE - timedelta(weeks=weeks + 1))
    raw = sqlite3.connect(path)
    fill(raw, weeks)
    with store.write() as tx:
        team = raw.execute("SELECT id FROM team WHERE name = 'T0'").fetchone()[0]
        schedules.add(
            tx,
            team_id=team,
            kind=ScheduleKind.DIGEST,
            weekday=0,
            minute=540,
            starts_after=DUE - timedelta(days=1),
        )
        (schedule,) = schedules.every(tx)
        run_id = schedules.record(tx, schedule.id, Due(DUE.date(), DUE), Outcome.DONE, now=DUE)
    assert run_id is not None
    return Built(store, raw, run_id, raw.execute("SELECT count(*) FROM review").fetchone()[0])


def fill(raw: sqlite3.Connection, weeks: int) -> None:
    """Reviews in the order of time, as they come in life, with a rating of every category."""
    rng = random.Random(7)
    raw.execute("PRAGMA foreign_keys = ON")
    held: dict[tuple[int, str], list[int]] = {}
    for team, person, role in raw.execute(
        "SELECT team_id, person_id, role FROM membership ORDER BY person_id"
    ):
        held.setdefault((team, role), []).append(person)
    categories = [row[0] for row in raw.execute("SELECT id FROM category ORDER BY id")]
    raw.executemany(
        "INSERT INTO conversation (id, source, external_id, channel, reviewee_id, closed_at, tags,"
        " customer_messages, agent_messages, participants, fingerprint, imported_at)"
        " VALUES (?, 'b', ?, 'email', ?, 0, '[]', 1, 1, '[]', '', 0)",
        [(each, str(each), each) for (_, role), people in held.items() if role == "agent" for each in people],
    )
    number, reviews, ratings = 0, [], []
    for week in range(weeks):
        start = round(datetime.combine(LAST, clock.min, UTC).timestamp()) + (week + 1 - weeks) * 604_800
        made = sorted(
            (start * 1_000_000 + rng.randrange(604_800_000_000), team, agent)
            for (team, role), people in held.items()
            if role == "agent"
            for agent in people
            for _ in range(WEEKLY)
        )
        for at, team, agent in made:
            number += 1
            given = [rng.choice((25, 50, 75, 75, 100, 100)) * 1_000_000 for _ in categories]
            score = sum(given) // len(given)
            reviewer = rng.choice(held[team, "reviewer"])
            reviews.append((number, team, agent, reviewer, agent, score, score >= 80_000_000, at, at))
            ratings += [
                (number, category, points // 25_000_000 + 1, points)
                for category, points in zip(categories, given, strict=True)
            ]
    raw.executemany(
        "INSERT INTO review (id, team_id, conversation_id, reviewer_id, reviewee_id, score, passed, submitted_at,"
        " created_at, scorecard_version_id, kind, stream, state, comment, version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'peer', 'random', 'submitted', '', 1)",
        reviews,
    )
    raw.executemany(
        "INSERT INTO rating (review_id, category_id, value, points, causes, note) VALUES (?, ?, ?, ?, '[]', '')",
        ratings,
    )
    raw.execute("ANALYZE")
    raw.commit()


def measured(built: Built) -> dict[str, Callable[[], object]]:
    """What is timed, by its name."""
    store = built.store
    week = periods.week(LAST, "UTC")
    team = next(each for each in enrolling.teams(store) if each.name == "T0")
    agent, lead = (enrolling.identify(store, f"U0X{n}") for n in (0, AGENTS + REVIEWERS))
    assert agent is not None
    assert lead is not None
    span = [team.id, *(round(each.timestamp()) * 1_000_000 for each in (week.start, week.end))]

    def scores() -> object:
        with store.read() as tx:
            return aggregates.by_reviewee(tx, aggregates.Scope(DUE, team_id=team.id), [week])

    return {
        "floor": lambda: built.raw.execute(FLOOR, span).fetchall(),
        "naive": lambda: built.raw.execute(NAIVE, span).fetchall(),
        "scores": scores,
        "digest": lambda: reporting.digest(store, built.run_id, now=DUE),
        "team": lambda: reporting.team_report(store, lead, team.id, now=DUE),
        "person": lambda: reporting.personal_report(store, agent, now=DUE),
        "home": lambda: reporting.home(store, lead, now=DUE),
    }


def main() -> None:
    """Prints milliseconds, the ratio to the floor, and what four times the history costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weeks", type=int, default=26, help="length of the short history")
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        histories = [build(Path(folder, f"{n}.db"), chosen.weeks * n) for n in (1, 4)]
        works = [measured(each) for each in histories]
        times: dict[tuple[int, str], list[float]] = {}
        for turn in range(chosen.rounds + 1):
            for place, work in enumerate(works):
                for name, function in work.items():
                    begun = time.perf_counter()
                    function()
                    if turn:  # the first round warms caches
                        times.setdefault((place, name), []).append((time.perf_counter() - begun) * 1000)
        sizes = " and ".join(f"{each.reviews:,}" for each in histories)
        print(f"{sizes} reviews with 5 categories; {AGENTS * WEEKLY} in the team's week; medians in ms")
        print(f"{'':8}{'short':>10}{'long':>10}{'long/short':>12}{'long/floor':>12}{'naive/it':>10}")
        floor, naive = (statistics.median(times[1, name]) for name in ("floor", "naive"))
        for name in works[0]:
            short, long = (statistics.median(times[place, name]) for place in (0, 1))
            print(
                f"{name:8}{short:10.3f}{long:10.3f}{long / short:12.2f}{long / floor:12.1f}{naive / long:10.1f}"
            )
        for each in histories:
            each.raw.close()
            each.store.close()


if __name__ == "__main__":
    main()

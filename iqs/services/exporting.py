"""A team's report and its single reviews as a file: asked for, audited, made when it is sent.

What is made is what the asker may see at that moment. Nothing in it is what a customer, agent or reviewer wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from iqs import anonymity, periods
from iqs.access import Action, TeamFacts, demand
from iqs.errors import Invalid, NotFound
from iqs.exports import FORMS, Export, File, Wish
from iqs.files import exports, review_rows
from iqs.files.review_rows import ReviewRow
from iqs.notices import NoticeKind, export_key
from iqs.people import Person, Team
from iqs.reports import Period, TeamReport
from iqs.reviews import ReviewKind, Stream
from iqs.scoring import from_micropoints
from iqs.services import reporting
from iqs.storage import exported
from iqs.storage.aggregates import Scope
from iqs.storage.repositories import audit, notices, own_views, people, teams
from iqs.storage.store import Store, Tx

MOST = 20_000
"""Reviews that one file holds at most: as many as a spreadsheet still opens in a moment."""

AT_ONCE = 5
"""Files that are on their way to one person at a time: each is made whole in memory."""

ACTION = "export"
GONE = "What was asked for cannot be found any more."


def ask(
    store: Store, actor: Person, team_id: int, *, form: str, now: datetime, period: Period | None = None
) -> Wish:
    """Writes down who asked for what, and promises the file by direct message. The last 30 days if no period.

    NotAllowed for who may not export the team; Invalid for another form, too many reviews, for the same file asked
    for twice within a minute, and while AT_ONCE are on their way.
    """
    if form not in FORMS:
        raise Invalid(f"A file can be {', '.join(FORMS[:-1])} or {FORMS[-1]}; not “{form[:20]}”.")
    return store.transact(partial(_ask, actor, team_id, form, now, period))


def made(store: Store, entry_id: int, *, now: datetime) -> Export:
    """The files of what was asked for, for the sender. NotFound and NotAllowed if it may not be sent any more."""
    with store.read() as tx:
        entry = audit.entry(tx, entry_id)
        actor = people.by_id(tx, entry.actor_id) if entry is not None and entry.actor_id else None
        if entry is None or entry.action != ACTION or actor is None:
            raise NotFound(GONE)
        team, period, form = _wished(tx, entry.object_id, entry.detail)
        demand(actor, Action.EXPORT, TeamFacts(team.id, 0))
        rows = _rows(tx, actor, team, period, now)
    report = _silent(reporting.team_report(store, actor, team.id, now=now, period=period))
    return Export(Wish(team, period, form, len(rows)), _files(report, rows, form))


def _ask(actor: Person, team_id: int, form: str, now: datetime, period: Period | None, tx: Tx) -> Wish:
    team = teams.by_id(tx, team_id)
    demand(actor, Action.EXPORT, TeamFacts(team.id, 0))
    span = period or periods.last_days(now, team.timezone, reporting.USUAL_DAYS)
    if exported.underway(tx, actor.id) >= AT_ONCE:
        raise Invalid(f"{AT_ONCE} files are on their way to you. Ask again when they have come.")
    found = exported.count(tx, _scope(tx, actor, team, now), span)
    if found > MOST:
        raise Invalid(
            f"{found} reviews are too many for one file (at most {MOST}). Ask for a shorter time, or use iqs report."
        )
    detail = {
        "from": span.start.isoformat(),
        "to": span.end.isoformat(),
        "label": span.label,
        "undated": span.undated,
        "form": form,
        "reviews": found,
    }
    entry_id = audit.record(
        tx, at=now, actor_id=actor.id, action=ACTION, object="team", object_id=team.id, detail=detail
    )
    wanted = f"{team.id}:{span.start:%Y%m%d%H%M}:{span.end:%Y%m%d%H%M}:{form}"
    new = notices.add(
        tx,
        key=export_key(actor.id, wanted, int(now.timestamp()) // 60),
        kind=NoticeKind.EXPORT,
        object_id=entry_id,
        person_id=actor.id,
        not_before=now,
        now=now,
    )
    if not new:
        raise Invalid("That file is on its way to you already.")  # and nothing is written down a second time
    return Wish(team, span, form, found)


def _wished(tx: Tx, team_id: int, detail: Mapping[str, Any]) -> tuple[Team, Period, str]:
    start, end = (datetime.fromisoformat(detail[each]) for each in ("from", "to"))
    return teams.by_id(tx, team_id), Period(start, end, detail["label"], detail["undated"]), detail["form"]


def _rows(tx: Tx, reader: Person, team: Team, period: Period, now: datetime) -> list[ReviewRow]:
    scope = _scope(tx, reader, team, now)
    found = exported.reviews(tx, scope, period)
    rated: dict[int, dict[str, int | None]] = {}
    for review_id, key, value in exported.ratings(tx, scope, period):
        rated.setdefault(review_id, {})[key] = value
    names = people.names(tx, {id_ for row in found for id_ in (row.reviewee_id, row.reviewer_id) if id_})
    return [
        ReviewRow(
            review_id=row.id,
            submitted_at=row.submitted_at,
            conversation=f"{row.source}:{row.external_id}",
            reviewee=names.get(row.reviewee_id or 0)
            if anonymity.may_know_agent(team, reader, row.reviewee_id)
            else None,
            reviewer=names.get(row.reviewer_id)
            if anonymity.may_know_reviewer(team, reader, row.reviewer_id)
            else None,
            kind=ReviewKind(row.kind),
            stream=Stream(row.stream),
            score=None if row.score is None else float(from_micropoints(row.score)),
            passed=row.passed,
            acknowledged=row.acknowledged_at is not None,
            ratings=rated.get(row.id, {}),
        )
        for row in found
    ]


def _scope(tx: Tx, reader: Person, team: Team, now: datetime) -> Scope:
    """The team's reviews but those of the reader's own work that are not theirs to read, whatever their role."""
    kept = own_views.kept_from(tx, reader.id, as_of=now) | exported.second_readings(tx, reader.id)
    return Scope(now, team_id=team.id, without=kept)


def _silent(report: TeamReport) -> TeamReport:
    """Without the subjects of conversations: they are customers' words."""
    if report.pairs is None:
        return report
    quadrants = tuple(
        replace(each, examples=tuple(replace(one, subject=None) for one in each.examples))
        for each in report.pairs.quadrants
    )
    return replace(report, pairs=replace(report.pairs, quadrants=quadrants))


def _files(report: TeamReport, rows: list[ReviewRow], form: str) -> tuple[File, ...]:
    """One file, or for CSV two: figures and reviews are different tables."""
    name = _name(report)
    if form == "csv":
        figures, single = exports.as_csv(report), review_rows.as_csv(rows)
        return (
            File(f"{name} report.csv", figures.encode("utf-8-sig")),
            File(f"{name} reviews.csv", single.encode("utf-8-sig")),
        )
    if form == "json":
        whole = json.loads(exports.as_json(report)) | {"reviews": review_rows.as_objects(rows)}
        return (File(f"{name}.json", exports.dump(whole).encode()),)
    from iqs.files import workbooks  # noqa: PLC0415 - the other forms do without

    return (File(f"{name}.xlsx", workbooks.workbook(report, partial(review_rows.add_sheet, rows=rows))),)


def _name(report: TeamReport) -> str:
    """A name that every file system takes: letters, digits, blanks and hyphens."""
    spelled = "".join(
        each if each.isalnum() else " " for each in f"IQS {report.team.name} {report.period.label}"
    )
    return " ".join(spelled.split())[:80]

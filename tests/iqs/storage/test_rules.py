"""What must never break is refused by the database itself, on both databases, whoever asks."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, insert, text
from sqlalchemy.exc import IntegrityError

from iqs.storage import tables

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
TICK = timedelta(seconds=1)
METADATA = tables.Base.metadata
TABLES = [table.name for table in METADATA.sorted_tables]


def row(table, n):
    """The n-th valid row of a table; its parents are rows 1 or n."""
    work = {"team_id": 1, "reviewer_id": 1, "reviewee_id": 2, "scorecard_version_id": 1, "kind": "peer"}
    rows = {
        "setting": {"name": f"s{n}", "value": n},
        "person": {"id": n, "name": "P", "email": f"p{n}@x.org", "slack_user_id": f"U{n}", "active": True},
        "scorecard": {"id": n, "name": f"Card {n}"},
        "scorecard_version": {
            "id": n, "scorecard_id": 1, "version": n, "definition": {}, "published_at": NOW,
        },
        "category": {"id": n, "scorecard_id": 1, "key": f"k{n}"},
        "team": {
            "id": n, "name": f"Team {n}", "timezone": "UTC", "quota": 3, "scorecard_id": 1,
            "opens_minute": 540, "closes_minute": 1080, "working_days": [0], "shows_reviewer": True,
        },
        "membership": {"team_id": 1, "person_id": n, "role": "agent"},
        "helpdesk_identity": {"source": "", "external_id": f"h{n}", "person_id": 1},
        "conversation": {
            "id": n, "source": "demo", "external_id": f"c{n}", "channel": "chat", "tags": [],
            "reviewee_id": 1, "customer_messages": 1, "agent_messages": 1, "participants": [],
            "fingerprint": "f", "imported_at": NOW,
        },
        "transcript": {"conversation_id": n, "messages": []},
        "sighting": {"conversation_id": n, "source": "demo", "first_at": NOW, "seen_at": NOW, "ask_at": NOW},
        "draw": {
            "id": n, "team_id": 1, "period": f"2026-W0{n}", "starts_at": NOW, "ends_at": NOW + TICK,
            "seed": "s", "eligible": 1, "excluded": {}, "created_at": NOW, "created_by": 1,
            "attempt": 1, "commitment_id": n,
        },
        "absence": {
            "id": n, "person_id": 1, "starts_at": NOW, "ends_at": NOW + TICK, "source": "self",
            "created_at": NOW,
        },
        "lot": {"person_id": 1, "day": 1, "place": n, "conversation_id": n},
        "lot_day": {"person_id": n, "day": 1, "places": 1, "eligible": 1},
        "left_out": {"conversation_id": n, "person_id": 1, "day": 1, "reason": "no agent message"},
        "unsettled": {"conversation_id": n},
        "commitment": {
            "id": n, "team_id": 1, "period": f"2026-W0{n}", "attempt": 1, "starts_at": NOW,
            "ends_at": NOW + TICK, "seed_hash": "a", "frame_hash": "b", "frame": {}, "eligible": 1,
            "excluded": {}, "created_at": NOW,
        },
        "stratum": {"draw_id": 1, "person_id": n, "eligible": 2, "drawn": 1},
        "pick": {
            "draw_id": 1, "person_id": 1, "position": n, "day": 1, "place": 1, "conversation_id": 1,
            "outcome": "taken",
        },
        "assignment_event": {"id": n, "assignment_id": 1, "at": NOW, "what": "handed", "detail": {}},
        "assignment": {
            **work, "id": n, "draw_id": 1, "conversation_id": n, "stream": "random", "state": "open",
            "created_at": NOW, "updated_at": NOW,
        },
        "review": {
            **work, "id": n, "assignment_id": n, "conversation_id": n, "stream": "random",
            "state": "submitted", "comment": "", "score": 87_000_000, "passed": True, "version": 1,
            "created_at": NOW, "submitted_at": NOW,
        },
        "rating": {
            "review_id": n, "category_id": 1, "value": 5, "points": 100_000_000, "causes": [], "note": "",
        },
        "notice": {
            "id": n, "key": f"n{n}", "kind": "feedback", "object_id": 1, "person_id": 1, "state": "pending",
            "attempts": 0, "not_before": NOW, "created_at": NOW,
        },
        "schedule": {
            "id": n, "team_id": n, "kind": "draw", "weekday": 0, "minute": 480, "paused": False,
            "starts_after": NOW,
        },
        "schedule_run": {
            "id": n, "schedule_id": 1, "due_at": NOW + n * TICK, "outcome": "done", "created_at": NOW,
            "local_date": NOW.date() + n * timedelta(days=1),
        },
        "shift": {
            "id": n, "team_id": 1, "category": f"c{n}", "turn": "fall", "review_id": 1, "since_review_id": 1,
            "mean": 1, "usual": 2, "reviews": 3, "noticed_at": NOW,
        },
        "inbox": {"key": f"i{n}", "received_at": NOW},
        "replica": {
            "id": f"r{n}", "kind": "worker", "host": "one", "process": n, "started_at": NOW, "seen_at": NOW,
        },
        "sync": {"source": f"s{n}", "listed": 0},
        "fetch_request": {"source": "demo", "external_id": f"f{n}", "not_before": NOW, "attempts": 0},
        "audit": {
            "id": n, "at": NOW, "actor_id": 1, "action": "submit", "object": "review", "object_id": 1,
            "detail": {},
        },
    }  # fmt: skip
    return rows[table]


BROKEN = {
    "ck_absence_absence_forward": {"ends_at": NOW},
    "ck_absence_source_known": {"source": "rumour"},
    "ck_assignment_kind_known": {"kind": "friend"},
    "ck_assignment_not_ones_own": {"reviewee_id": 1},
    "ck_assignment_state_known": {"state": "lost"},
    "ck_assignment_stream_known": {"stream": "picked"},
    "ck_commitment_period_forward": {"ends_at": NOW},
    "ck_conversation_first_response_basis_known": {"first_response_basis": "guess"},
    "ck_conversation_handle_basis_known": {"handle_basis": "guess"},
    "ck_draw_period_forward": {"ends_at": NOW},
    "ck_helpdesk_identity_external_id_given": {"external_id": ""},
    "ck_membership_role_known": {"role": "owner"},
    "ck_notice_one_target": {"channel": "C1"},
    "ck_notice_sent_is_somewhere": {"state": "sent"},
    "ck_notice_state_known": {"state": "lost"},
    "ck_person_email_lowercase": {"email": "Ada@example.com"},
    "ck_person_slack_user_id_given": {"slack_user_id": ""},
    "ck_rating_points_with_value": {"points": None},
    "ck_rating_value_on_a_scale": {"value": 102},
    "ck_review_draft_has_no_score": {"state": "draft", "submitted_at": None},
    "ck_review_kind_known": {"kind": "friend"},
    "ck_review_not_ones_own": {"reviewee_id": 1},
    "ck_review_reviewee_known": {"reviewee_id": None},
    "ck_review_score_in_range": {"score": 100_000_001},
    "ck_review_state_known": {"state": "lost"},
    "ck_review_stream_known": {"stream": "picked"},
    "ck_review_submitted_has_time": {"submitted_at": None},
    "ck_schedule_kind_known": {"kind": "party"},
    "ck_schedule_minute_of_day": {"minute": 1440},
    "ck_schedule_run_outcome_known": {"outcome": "lost"},
    "ck_schedule_weekday_known": {"weekday": 7},
    "ck_scorecard_version_version_positive": {"version": 0},
    "ck_shift_turn_known": {"turn": "sideways"},
    "ck_stratum_drawn_of_eligible": {"drawn": 3},
    "ck_team_after_deadline_known": {"after_deadline": "forget"},
    "ck_team_cycle_known": {"cycle": "yearly"},
    "ck_team_double_percent_in_range": {"double_percent": 101},
    "ck_team_due_days_positive": {"due_days": 0},
    "ck_team_goal_in_range": {"goal": 101},
    "ck_team_opens_before_closing": {"closes_minute": 540},
    "ck_team_quota_of_known": {"quota_of": "team"},
    "ck_team_quota_positive": {"quota": 0},
    "ck_team_reviewee_rule_known": {"reviewee_rule": "loudest"},
    "ck_team_week_start_known": {"week_start": 7},
}
"""For each CHECK, what breaks it and nothing else."""


def fill(store):
    with store.write() as tx:
        for table in TABLES:
            for n in (1, 2) if table in {"person", "team", "conversation"} else (1,):
                put(tx, table, row(table, n))


@pytest.fixture
def filled(store, furnish):
    """The first row of every table, and what a second row of any of them hangs on."""
    furnish(store, fill)
    return store


def put(tx, table, values):
    tx.execute(insert(METADATA.tables[table]).values(**values))


def refusal(store, table, values):
    """How the database refuses the row: PostgreSQL names the rule, SQLite a CHECK, else the kind of rule."""
    with pytest.raises(IntegrityError) as refused, store.write() as tx:
        put(tx, table, values)
    return str(refused.value.orig)


def spare(store, table):
    """A valid second row of the table, whose parents are there."""
    if table in {"person", "team", "conversation"}:
        return row(table, 3)
    if table == "draw":
        with store.write() as tx:
            put(tx, "commitment", row("commitment", 2))
    if table == "sighting":
        with store.write() as tx:
            put(tx, "transcript", row("transcript", 2))
    if table in {"review", "rating", "transcript"}:
        with store.write() as tx:
            if table != "transcript":
                put(tx, "assignment", row("assignment", 2))
            if table == "rating":
                put(tx, "review", row("review", 2))
    return row(table, 2)


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_of_a_table_is_kept(filled, table):
    """A valid second row is taken; one that breaks a CHECK, a UNIQUE or a foreign key is refused for that."""
    second, first = spare(filled, table), row(table, 1)
    target = METADATA.tables[table]
    for rule in target.constraints:
        if isinstance(rule, CheckConstraint):
            assert rule.name in refusal(filled, table, {**second, **BROKEN[rule.name]})
        elif isinstance(rule, UniqueConstraint):
            same = {column.name: first[column.name] for column in rule.columns}
            said = refusal(filled, table, {**second, **same})
            assert "UNIQUE" in said if filled.is_sqlite else rule.name in said
    for index in target.indexes:
        if index.unique:
            same = {column.name: first[column.name] for column in index.columns}
            said = refusal(filled, table, {**second, **same})
            assert "UNIQUE" in said if filled.is_sqlite else index.name in said
    for key in target.foreign_keys:
        said = refusal(filled, table, {**second, key.parent.name: 999})
        assert "FOREIGN KEY" in said if filled.is_sqlite else key.constraint.name in said
    primary = {column.name: first[column.name] for column in target.primary_key.columns}
    refusal(filled, table, {**second, **primary})
    with filled.write() as tx:
        put(tx, table, second)


def test_every_check_is_tried():
    """No CHECK stands in the tables without a row here that breaks it."""
    rules = [rule for table in METADATA.sorted_tables for rule in table.constraints]
    assert {rule.name for rule in rules if isinstance(rule, CheckConstraint)} == set(BROKEN)


@pytest.mark.parametrize("table", ["scorecard_version", "audit", "commitment", "pick", "assignment_event"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = 7", "UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_is_written_once_stays(filled, table, change):
    """Published versions and the audit refuse to be changed or removed, by whatever statement."""
    key = next(iter(METADATA.tables[table].primary_key.columns)).name
    change = change.replace(" id", f" {key}")
    if change.startswith("TRUNCATE") and filled.is_sqlite:
        change = "DELETE FROM {} WHERE 1"  # what SQLite has instead
    with pytest.raises(IntegrityError, match=r"never changes|only ever added"), filled.write() as tx:
        tx.execute(text(change.format(table)))
    with filled.read() as tx:
        assert tx.execute(text(f"SELECT {key} FROM {table}")).scalars().all() == [1]


def test_a_time_without_a_zone_is_refused(store):
    """Only UTC is stored: a naive time is an error, another zone is converted."""
    zoned = datetime.fromisoformat("2026-11-16T10:00:00.000001+01:00")
    with store.write() as tx:
        put(tx, "audit", {**row("audit", 1), "actor_id": None, "at": zoned})
        assert tx.scalar(tables.Audit.__table__.select().with_only_columns(tables.Audit.at)) == zoned
        with pytest.raises(Exception, match="without a zone"):
            put(tx, "audit", {**row("audit", 2), "actor_id": None, "at": datetime(2026, 11, 16)})  # noqa: DTZ001


def test_nothing_in_json_is_null(store):
    """An absent JSON value is SQL's NULL, which IS NULL finds, and not JSON's null."""
    with store.write() as tx:
        put(tx, "conversation", {**row("conversation", 1), "reviewee_id": None, "csat": None})
        assert tx.scalar(text("SELECT count(*) FROM conversation WHERE csat IS NULL")) == 1

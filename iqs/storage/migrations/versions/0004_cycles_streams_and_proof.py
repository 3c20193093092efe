"""Cycles, filters and streams of a team's draws; what was fixed before a draw, and every place it came to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ONLY_ADDED_TO = ("commitment", "pick", "assignment_event")


def upgrade() -> None:
    """Existing conversations wait to be given their places; existing draws stay as they are, without a commitment."""
    _teams_and_people()
    _places()
    _draws()
    _assignments()
    _reviews()
    _sightings()
    with op.batch_alter_table("schedule") as table:
        table.drop_constraint("kind_known", type_="check")
        table.create_check_constraint("kind_known", "kind IN ('draw', 'digest', 'monthly')")
        table.add_column(sa.Column("cycle_since", sa.BigInteger()))
    op.add_column("schedule_run", sa.Column("period", sa.String(20)))
    for table_name in ONLY_ADDED_TO:
        _freeze(table_name)


def _teams_and_people() -> None:
    with op.batch_alter_table("team") as table:
        for name, default in (
            ("week_start", "0"),
            ("due_days", "7"),
            ("double_percent", "0"),
        ):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=default))
        for name, default in (
            ("cycle", "weekly"),
            ("quota_of", "reviewee"),
            ("after_deadline", "carry"),
            ("reviewee_rule", "assignee"),
        ):
            table.add_column(sa.Column(name, sa.String(40), nullable=False, server_default=default))
        for name in ("filters", "targets"):
            table.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
        for name in ("self_reviews", "hides_agent"):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_check_constraint("week_start_known", "week_start BETWEEN 0 AND 6")
        table.create_check_constraint("due_days_positive", "due_days > 0")
        table.create_check_constraint("double_percent_in_range", "double_percent BETWEEN 0 AND 100")
        table.create_check_constraint("cycle_known", "cycle IN ('daily', 'weekly', 'biweekly', 'monthly')")
        table.create_check_constraint("quota_of_known", "quota_of IN ('reviewee', 'reviewer')")
        table.create_check_constraint("after_deadline_known", "after_deadline IN ('carry', 'expire')")
        table.create_check_constraint(
            "reviewee_rule_known", "reviewee_rule IN ('assignee', 'most_active', 'last_answer')"
        )
    op.add_column("membership", sa.Column("capacity", sa.Integer()))
    op.add_column(
        "person", sa.Column("status_dismissed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "absence",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="absence_forward"),
        sa.CheckConstraint("source IN ('self', 'lead', 'slack')", name="source_known"),
    )
    op.create_index("ix_absence_person_id_ends_at", "absence", ["person_id", "ends_at"])


def _places() -> None:
    for name in ("most_active_external_id", "last_answer_external_id"):
        op.add_column("conversation", sa.Column(name, sa.String(200)))
    op.add_column("conversation", sa.Column("bot_involved", sa.Boolean()))
    op.create_table(
        "lot",
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), autoincrement=False),
        sa.Column("day", sa.Integer(), autoincrement=False),
        sa.Column("place", sa.Integer(), autoincrement=False),
        sa.Column("conversation_id", KEY, sa.ForeignKey("conversation.id"), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "day", "place", postgresql_include=["conversation_id"]),
        sa.UniqueConstraint("conversation_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lot_day",
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "left_out",
        sa.Column(
            "conversation_id", KEY, sa.ForeignKey("conversation.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
    )
    op.create_index("ix_left_out_person_id_day_reason", "left_out", ["person_id", "day", "reason"])
    op.create_table(
        "unsettled",
        sa.Column(
            "conversation_id", KEY, sa.ForeignKey("conversation.id"), primary_key=True, autoincrement=False
        ),
    )
    op.execute("INSERT INTO unsettled (conversation_id) SELECT id FROM conversation")


def _draws() -> None:
    op.create_table(
        "commitment",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("seed_hash", sa.String(64), nullable=False),
        sa.Column("frame_hash", sa.String(64), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("team_id", "period", "attempt"),
        sa.CheckConstraint("starts_at < ends_at", name="period_forward"),
    )
    with op.batch_alter_table("draw") as table:
        table.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("commitment_id", KEY))
        for name in ("due_at", "cancelled_at", "closed_at"):
            table.add_column(sa.Column(name, sa.BigInteger()))
        table.drop_constraint("uq_draw_team_id_period", type_="unique")
        table.create_unique_constraint("uq_draw_team_id_period_attempt", ["team_id", "period", "attempt"])
        table.create_unique_constraint("uq_draw_commitment_id", ["commitment_id"])
        table.create_foreign_key("fk_draw_commitment_id", "commitment", ["commitment_id"], ["id"])
    op.create_table(
        "stratum",
        sa.Column("draw_id", KEY, sa.ForeignKey("draw.id"), primary_key=True, autoincrement=False),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.CheckConstraint("(drawn >= 0) AND (drawn <= eligible)", name="drawn_of_eligible"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pick",
        sa.Column("draw_id", KEY, sa.ForeignKey("draw.id"), primary_key=True, autoincrement=False),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("conversation_id", KEY, sa.ForeignKey("conversation.id")),
        sa.Column("outcome", sa.String(40), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pick_conversation_id", "pick", ["conversation_id"])


def _assignments() -> None:
    with op.batch_alter_table("assignment") as table:
        table.add_column(sa.Column("picked_for", sa.String(40)))
        for name, target in (
            ("handed_by", "person"),
            ("replaces_id", "assignment"),
            ("double_of_id", "assignment"),
        ):
            table.add_column(sa.Column(name, KEY))
            table.create_foreign_key(f"fk_assignment_{name}", target, [name], ["id"])
        table.drop_constraint("state_known", type_="check")
        table.create_check_constraint(
            "state_known", "state IN ('open', 'submitted', 'skipped', 'cancelled', 'expired')"
        )
    op.create_index("ix_assignment_replaces", "assignment", ["replaces_id"])
    op.create_index("ix_assignment_due", "assignment", ["state", "due_at"])
    op.create_index(
        "ix_assignment_own_view",
        "assignment",
        ["reviewer_id"],
        sqlite_where=sa.text("kind = 'self'"),
        postgresql_where=sa.text("kind = 'self'"),
    )
    op.create_table(
        "assignment_event",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("assignment_id", KEY, sa.ForeignKey("assignment.id"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", KEY, sa.ForeignKey("person.id")),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    op.create_index("ix_assignment_event_assignment_id", "assignment_event", ["assignment_id"])


def _reviews() -> None:
    """What a report asks for all of its weeks is read from indexes alone: the scorecard's version, and CSAT."""
    carried = ["score", "stream", "kind", "passed", "scorecard_version_id"]
    for name, key in (
        ("ix_review_team_submitted", ["team_id", "submitted_at", "reviewee_id"]),
        ("ix_review_reviewee_submitted", ["reviewee_id", "submitted_at"]),
    ):
        op.drop_index(name, "review")
        op.create_index(name, "review", [*key, *carried])
    op.create_index("ix_draw_team_created", "draw", ["team_id", "created_at"])
    op.drop_index("ix_conversation_answered", "conversation")
    answered = sa.text("csat IS NOT NULL")
    if op.get_context().dialect.name == "sqlite":
        key = ["reviewee_id", "closed_at", "csat"]
        op.create_index("ix_conversation_csat_keyed", "conversation", key, sqlite_where=answered)
    else:  # JSON cannot be sorted there
        op.create_index(
            "ix_conversation_csat_carried",
            "conversation",
            ["reviewee_id", "closed_at"],
            postgresql_include=["csat"],
            postgresql_where=answered,
        )


def _sightings() -> None:
    """A text whose header the helpdesk told came from there: a file does not say when a conversation changed."""
    op.create_table(
        "sighting",
        sa.Column(
            "conversation_id",
            KEY,
            sa.ForeignKey("transcript.conversation_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("source", sa.String(60), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first_at", "seen_at", "ask_at")),
        sa.Column("missing_at", sa.BigInteger()),
    )
    op.create_index("ix_sighting_due", "sighting", ["source", "ask_at"])
    op.execute(
        "INSERT INTO sighting (conversation_id, source, first_at, seen_at, ask_at) "
        "SELECT c.id, c.source, c.imported_at, c.imported_at, c.imported_at FROM transcript AS t "
        "JOIN conversation AS c ON c.id = t.conversation_id JOIN sync AS s ON s.source = c.source "
        "WHERE c.deleted_at IS NULL AND c.updated_at IS NOT NULL"
    )
    op.add_column("sync", sa.Column("recheck_after", sa.BigInteger()))
    op.add_column("sync", sa.Column("doubt", sa.String(200)))
    op.add_column(
        "fetch_request", sa.Column("deleted", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def _freeze(table: str) -> None:
    """The database itself refuses to change or remove what is only added to."""
    rule = f"{table} is only ever added to"
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{rule}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = '{rule}'; END $$"
    )
    for change in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
        )

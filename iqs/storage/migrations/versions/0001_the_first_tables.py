"""The first tables, and the two rules that need triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

NEVER_CHANGED = {
    "scorecard_version": "a published scorecard version never changes",
    "audit": "the audit is only ever added to",
}


def upgrade() -> None:
    """Forward only: the way back is the copy, or the backup, made before."""
    op.create_table(
        "person",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("slack_user_id", sa.String(40)),
        sa.Column("timezone", sa.String(60)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(email IS NULL) OR (email = lower(email))", name="email_lowercase"),
        sa.CheckConstraint("slack_user_id <> ''", name="slack_user_id_given"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("slack_user_id"),
    )
    op.create_table(
        "scorecard",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", KEY, sa.ForeignKey("person.id")),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("object", sa.String(40), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    op.create_index("ix_audit_object", "audit", ["object", "object_id"])
    op.create_table(
        "category",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("scorecard_id", KEY, sa.ForeignKey("scorecard.id"), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.UniqueConstraint("scorecard_id", "key"),
    )
    op.create_table(
        "conversation",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("opened_at", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("agent_external_id", sa.String(200)),
        sa.Column("agent_name", sa.String(200)),
        sa.Column("agent_email", sa.String(320)),
        sa.Column("reviewee_id", KEY, sa.ForeignKey("person.id")),
        sa.Column("customer_id", sa.String(200)),
        sa.Column("customer_name", sa.String(200)),
        sa.Column("customer_email", sa.String(320)),
        sa.Column("csat", sa.JSON()),
        sa.Column("ces", sa.JSON()),
        sa.Column("first_response_seconds", sa.BigInteger()),
        sa.Column("handle_seconds", sa.BigInteger()),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(40)),
        sa.Column("customer_messages", sa.Integer(), nullable=False),
        sa.Column("agent_messages", sa.Integer(), nullable=False),
        sa.Column("participants", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_index("ix_conversation_agent", "conversation", ["agent_external_id"])
    op.create_index("ix_conversation_reviewee_closed", "conversation", ["reviewee_id", "closed_at"])
    op.create_table(
        "helpdesk_identity",
        sa.Column("source", sa.String(60), primary_key=True),
        sa.Column("external_id", sa.String(200), primary_key=True),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.CheckConstraint("external_id <> ''", name="external_id_given"),
    )
    op.create_index("ix_helpdesk_identity_person_id", "helpdesk_identity", ["person_id"])
    op.create_table(
        "notice",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id")),
        sa.Column("channel", sa.String(40)),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("first_try_at", sa.BigInteger()),
        sa.Column("last_try_at", sa.BigInteger()),
        sa.Column("lease_token", sa.String(40)),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("posted_to", sa.String(40)),
        sa.Column("ts", sa.String(40)),
        sa.Column("error", sa.String(80)),
        sa.CheckConstraint("(person_id IS NULL) <> (channel IS NULL)", name="one_target"),
        sa.CheckConstraint("(state <> 'sent') OR (ts IS NOT NULL)", name="sent_is_somewhere"),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'dead', 'cancelled')", name="state_known"
        ),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_notice_due", "notice", ["state", "not_before"])
    op.create_index("ix_notice_object", "notice", ["kind", "object_id"])
    op.create_table(
        "scorecard_version",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("scorecard_id", KEY, sa.ForeignKey("scorecard.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.UniqueConstraint("scorecard_id", "version"),
    )
    op.create_table(
        "team",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("channel_id", sa.String(40)),
        sa.Column("scorecard_id", KEY, sa.ForeignKey("scorecard.id")),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.Column("working_days", sa.JSON(), nullable=False),
        sa.Column("shows_reviewer", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1439",
            name="opens_before_closing",
        ),
        sa.CheckConstraint("quota > 0", name="quota_positive"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "draw",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(200), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", KEY, sa.ForeignKey("person.id")),
        sa.CheckConstraint("starts_at < ends_at", name="period_forward"),
        sa.UniqueConstraint("team_id", "period"),
    )
    op.create_table(
        "membership",
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), primary_key=True),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("role", sa.String(40), primary_key=True),
        sa.CheckConstraint("role IN ('agent', 'reviewer', 'lead', 'admin', 'auditor')", name="role_known"),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"])
    op.create_table(
        "schedule",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("starts_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('draw', 'digest')", name="kind_known"),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        sa.UniqueConstraint("team_id", "kind"),
    )
    op.create_table(
        "transcript",
        sa.Column(
            "conversation_id",
            KEY,
            sa.ForeignKey("conversation.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("messages", sa.JSON(), nullable=False),
    )
    op.create_table(
        "assignment",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("draw_id", KEY, sa.ForeignKey("draw.id")),
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), nullable=False),
        sa.Column("conversation_id", KEY, sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("reviewer_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("reviewee_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("scorecard_version_id", KEY, sa.ForeignKey("scorecard_version.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("stream", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("skip_reason", sa.String(200)),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('manager', 'peer', 'self', 'calibration')", name="kind_known"),
        sa.CheckConstraint("(reviewer_id <> reviewee_id) OR (kind = 'self')", name="not_ones_own"),
        sa.CheckConstraint("state IN ('open', 'submitted', 'skipped', 'cancelled')", name="state_known"),
        sa.CheckConstraint("stream IN ('random', 'targeted', 'double', 'imported')", name="stream_known"),
        sa.UniqueConstraint("draw_id", "conversation_id", "reviewer_id"),
    )
    op.create_index("ix_assignment_conversation", "assignment", ["conversation_id"])
    op.create_index("ix_assignment_reviewer_state", "assignment", ["reviewer_id", "state"])
    op.create_index("ix_assignment_team_draw", "assignment", ["team_id", "draw_id", "state"])
    op.create_table(
        "schedule_run",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("schedule_id", KEY, sa.ForeignKey("schedule.id"), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'late', 'skipped')", name="outcome_known"),
        sa.UniqueConstraint("schedule_id", "due_at"),
    )
    op.create_table(
        "review",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("assignment_id", KEY, sa.ForeignKey("assignment.id")),
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), nullable=False),
        sa.Column("conversation_id", KEY, sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("reviewer_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("reviewee_id", KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("scorecard_version_id", KEY, sa.ForeignKey("scorecard_version.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("stream", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("score", sa.BigInteger()),
        sa.Column("passed", sa.Boolean()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger()),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.CheckConstraint("(state <> 'draft') OR (score IS NULL)", name="draft_has_no_score"),
        sa.CheckConstraint("kind IN ('manager', 'peer', 'self', 'calibration')", name="kind_known"),
        sa.CheckConstraint("(reviewer_id <> reviewee_id) OR (kind = 'self')", name="not_ones_own"),
        sa.CheckConstraint("(score IS NULL) OR (score BETWEEN 0 AND 100000000)", name="score_in_range"),
        sa.CheckConstraint("state IN ('draft', 'submitted')", name="state_known"),
        sa.CheckConstraint("stream IN ('random', 'targeted', 'double', 'imported')", name="stream_known"),
        sa.CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted_has_time"),
        sa.UniqueConstraint("assignment_id"),
    )
    op.create_index("ix_review_conversation", "review", ["conversation_id"])
    op.create_index(
        "ix_review_reviewee_submitted",
        "review",
        ["reviewee_id", "submitted_at", "score", "stream", "kind", "passed"],
    )
    op.create_index("ix_review_reviewer_submitted", "review", ["reviewer_id", "submitted_at"])
    op.create_index(
        "ix_review_team_submitted",
        "review",
        ["team_id", "submitted_at", "reviewee_id", "score", "stream", "kind", "passed"],
    )
    op.create_table(
        "rating",
        sa.Column(
            "review_id",
            KEY,
            sa.ForeignKey("review.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("category_id", KEY, sa.ForeignKey("category.id"), primary_key=True, autoincrement=False),
        sa.Column("value", sa.SmallInteger()),
        sa.Column("points", sa.BigInteger()),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(value IS NULL) = (points IS NULL)", name="points_with_value"),
        sa.CheckConstraint("(value IS NULL) OR (value BETWEEN 1 AND 5)", name="value_on_a_scale"),
        sqlite_with_rowid=False,
    )
    for table, rule in NEVER_CHANGED.items():
        if op.get_bind().dialect.name == "sqlite":
            _freeze_sqlite(table, rule)
        else:
            _freeze_postgresql(table, rule)


def _freeze_sqlite(table: str, rule: str) -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{rule}'); END"
        )


def _freeze_postgresql(table: str, rule: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = '{rule}'; END $$"
    )
    for change in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
        )

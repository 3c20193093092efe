"""Past programmes, whose reviews may not tell the reviewee and the time; falls of a score; what a team aims at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Only allows more than before."""
    with op.batch_alter_table("review") as table:
        table.alter_column("reviewee_id", existing_type=KEY, nullable=True)
        table.drop_constraint("submitted_has_time", type_="check")
        table.create_check_constraint(
            "submitted_has_time",
            "(state = 'draft') = (submitted_at IS NULL) OR (state = 'submitted' AND stream = 'imported')",
        )
        table.create_check_constraint("reviewee_known", "(reviewee_id IS NOT NULL) OR (stream = 'imported')")
    op.create_table(
        "shift",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("team_id", KEY, sa.ForeignKey("team.id"), nullable=False),
        sa.Column("category", sa.String(200), nullable=False),
        sa.Column("turn", sa.String(40), nullable=False),
        sa.Column("review_id", KEY, sa.ForeignKey("review.id"), nullable=False),
        sa.Column("since_review_id", KEY, sa.ForeignKey("review.id"), nullable=False),
        sa.Column("mean", sa.BigInteger(), nullable=False),
        sa.Column("usual", sa.BigInteger(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("team_id", "category", "turn", "review_id"),
        sa.CheckConstraint("turn IN ('fall', 'recovery')", name="turn_known"),
    )
    with op.batch_alter_table("rating") as table:
        table.drop_constraint("value_on_a_scale", type_="check")
        table.create_check_constraint("value_on_a_scale", "(value IS NULL) OR (value BETWEEN 1 AND 101)")
    with op.batch_alter_table("team") as table:
        table.add_column(sa.Column("goal", sa.Integer()))
        table.add_column(sa.Column("names_people", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_check_constraint("goal_in_range", "(goal IS NULL) OR (goal BETWEEN 0 AND 100)")
    op.create_index(
        "ix_conversation_answered",
        "conversation",
        ["reviewee_id", "closed_at"],
        sqlite_where=sa.text("csat IS NOT NULL"),
        postgresql_where=sa.text("csat IS NOT NULL"),
    )

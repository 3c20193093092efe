"""What deliveries, replicas and helpdesks need to remember."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BASES = "IN ('calendar', 'business', 'computed')"


def upgrade() -> None:
    """Only adds: the version before can go on working while replicas are exchanged."""
    op.create_table(
        "fetch_request",
        sa.Column("source", sa.String(60), primary_key=True),
        sa.Column("external_id", sa.String(200), primary_key=True),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(200)),
    )
    op.create_index("ix_fetch_request_due", "fetch_request", ["not_before"])
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_table(
        "replica",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("process", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "sync",
        sa.Column("source", sa.String(60), primary_key=True),
        sa.Column("complete_until", sa.BigInteger()),
        sa.Column("window_from", sa.BigInteger()),
        sa.Column("window_until", sa.BigInteger()),
        sa.Column("cursor", sa.Text()),
        sa.Column("ratings_until", sa.BigInteger()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(200)),
        sa.Column("lease_token", sa.String(40)),
        sa.Column("lease_until", sa.BigInteger()),
    )
    op.add_column("notice", sa.Column("told_with", sa.String(120)))
    op.add_column("notice", sa.Column("resent_at", sa.BigInteger()))
    op.add_column("notice", sa.Column("sweep_at", sa.BigInteger()))
    op.create_index("ix_notice_sweep", "notice", ["sweep_at"])
    op.create_index("ix_notice_told_with", "notice", ["told_with"])
    op.add_column("schedule_run", sa.Column("starts_at", sa.BigInteger()))
    op.add_column("schedule_run", sa.Column("ends_at", sa.BigInteger()))
    op.create_index("uq_schedule_run_date", "schedule_run", ["schedule_id", "local_date"], unique=True)
    op.add_column("team", sa.Column("redacts", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("person", sa.Column("unreachable_since", sa.BigInteger()))
    op.add_column("transcript", sa.Column("redactions", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("conversation") as table:
        table.alter_column("customer_messages", existing_type=sa.Integer(), nullable=True)
        table.alter_column("agent_messages", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("bot_rating", sa.JSON()))
        table.add_column(sa.Column("first_response_basis", sa.String(20)))
        table.add_column(sa.Column("handle_basis", sa.String(20)))
        table.add_column(sa.Column("reopens", sa.Integer()))
        table.add_column(sa.Column("updated_at", sa.BigInteger()))
        table.add_column(sa.Column("deleted_at", sa.BigInteger()))
        table.create_check_constraint("first_response_basis_known", f"first_response_basis {BASES}")
        table.create_check_constraint("handle_basis_known", f"handle_basis {BASES}")

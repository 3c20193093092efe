"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision = "${down_revision}"


def upgrade() -> None:
    """Forward only: the way back is the copy, or the backup, made before."""
    ${upgrades if upgrades else "pass"}

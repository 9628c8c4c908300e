"""Hold ids of interactions that name the relying party: 43 characters, `~`, 128 at most."""

from alembic import op
import sqlalchemy as sa


revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

COLUMNS = {"pending_enrolment": True, "phone_recovery": False}


def upgrade() -> None:
    _resize(43, 172)


def downgrade() -> None:
    for table in COLUMNS:
        op.execute(f"UPDATE {table} SET interaction_id = substr(interaction_id, 1, 43)")
    _resize(172, 43)


def _resize(before: int, after: int) -> None:
    for table, nullable in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "interaction_id",
                existing_type=sa.String(length=before),
                type_=sa.String(length=after),
                existing_nullable=nullable,
            )

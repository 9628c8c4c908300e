"""Note when the owner was told of a recovery by another phone: the wait is counted from then."""

from alembic import op
import sqlalchemy as sa


revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("phone_recovery") as batch:
        batch.add_column(sa.Column("owner_told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE phone_recovery SET owner_told_at = created_at WHERE cancel_handle IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("phone_recovery") as batch:
        batch.drop_column("owner_told_at")

"""Keep what is known of a portal's key when it leaves the registration."""

from alembic import op
import sqlalchemy as sa


revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("relying_party_key") as batch:
        batch.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM relying_party_key WHERE removed_at IS NOT NULL")
    with op.batch_alter_table("relying_party_key") as batch:
        batch.drop_column("removed_at")

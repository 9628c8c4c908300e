"""Note when an account was closed, and when its details were wiped."""

from alembic import op
import sqlalchemy as sa


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("citizen", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "citizen", sa.Column("pseudonymised_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(op.f("ix_citizen_closed_at"), "citizen", ["closed_at"])
    op.execute("UPDATE citizen SET closed_at = updated_at WHERE status = 'closed'")


def downgrade() -> None:
    op.drop_index(op.f("ix_citizen_closed_at"), "citizen")
    op.drop_column("citizen", "pseudonymised_at")
    op.drop_column("citizen", "closed_at")

"""Add counts per hour and day."""

from alembic import op
import sqlalchemy as sa


revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistic",
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("hour", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=48), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "client_id", "hour", "day", "measure", "detail", name=op.f("pk_statistic")
        ),
    )
    op.create_index(op.f("ix_statistic_day"), "statistic", ["day"])
    op.create_table(
        "statistic_batch",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistic_batch")),
    )
    op.create_index(op.f("ix_statistic_batch_at"), "statistic_batch", ["at"])


def downgrade() -> None:
    op.drop_table("statistic_batch")
    op.drop_table("statistic")

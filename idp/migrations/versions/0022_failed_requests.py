"""Add requests of relying parties that failed."""

from alembic import op
import sqlalchemy as sa


revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_request",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("endpoint", sa.String(length=32), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("claimed", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_failed_request")),
        sa.UniqueConstraint("id", name=op.f("uq_failed_request_id")),
    )
    op.create_index(op.f("ix_failed_request_at"), "failed_request", ["at"])
    op.create_index(op.f("ix_failed_request_reference"), "failed_request", ["reference"])
    op.create_index("ix_failed_request_client_number", "failed_request", ["client_id", "number"])


def downgrade() -> None:
    op.drop_table("failed_request")

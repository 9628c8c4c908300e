"""Add operators."""

from alembic import op
import sqlalchemy as sa


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("display_name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step_used", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_operator")),
    )
    op.create_index(
        "uq_operator_first",
        "operator",
        ["created_by"],
        unique=True,
        sqlite_where=sa.text("created_by = ''"),
        postgresql_where=sa.text("created_by = ''"),
    )


def downgrade() -> None:
    op.drop_index("uq_operator_first", table_name="operator")
    op.drop_table("operator")

"""Keep a replaced address until its reader was told."""

from alembic import op
import sqlalchemy as sa


revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_email",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_former_email_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_email")),
    )
    op.create_index(op.f("ix_former_email_citizen_id"), "former_email", ["citizen_id"])
    op.create_index(op.f("ix_former_email_replaced_at"), "former_email", ["replaced_at"])


def downgrade() -> None:
    op.drop_table("former_email")

"""Add the outbox of back-channel logout."""

from alembic import op
import sqlalchemy as sa


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logout_delivery",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("session_id", sa.String(length=43), nullable=False),
        sa.Column("sid", sa.String(length=43), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("jti", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=32), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_logout_delivery_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logout_delivery")),
    )
    with op.batch_alter_table("logout_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_logout_delivery_created", ["created_at"], unique=False)
        batch_op.create_index("ix_logout_delivery_due", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index("ix_logout_delivery_session", ["session_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("logout_delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_logout_delivery_session")
        batch_op.drop_index("ix_logout_delivery_due")
        batch_op.drop_index("ix_logout_delivery_created")

    op.drop_table("logout_delivery")

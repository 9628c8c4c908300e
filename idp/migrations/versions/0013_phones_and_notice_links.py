"""Add phones that are to be proved, and the links of notices."""

from alembic import op
import sqlalchemy as sa


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pending_phone",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("challenge_id", sa.String(length=43), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_pending_phone_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_phone")),
    )
    op.create_index(op.f("ix_pending_phone_citizen_id"), "pending_phone", ["citizen_id"])
    op.create_index(op.f("ix_pending_phone_expires_at"), "pending_phone", ["expires_at"])
    op.create_table(
        "notice_link",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=43), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_notice_link_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_link")),
        sa.UniqueConstraint("handle", name=op.f("uq_notice_link_handle")),
    )
    op.create_index(op.f("ix_notice_link_citizen_id"), "notice_link", ["citizen_id"])
    op.create_index(op.f("ix_notice_link_expires_at"), "notice_link", ["expires_at"])


def downgrade() -> None:
    op.drop_table("notice_link")
    op.drop_table("pending_phone")

"""Add announcements to portals, and the mails they become."""

from alembic import op
import sqlalchemy as sa


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("title_vi", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("text_vi", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_at"), "announcement", ["at"])
    op.create_table(
        "announcement_addressee",
        sa.Column("announcement_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_addressee_announcement_id_announcement"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_announcement_addressee_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint(
            "announcement_id", "client_id", name=op.f("pk_announcement_addressee")
        ),
    )
    op.create_table(
        "announcement_mail",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("announcement_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_mail_announcement_id_announcement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_mail")),
    )
    op.create_index(
        op.f("ix_announcement_mail_announcement_id"), "announcement_mail", ["announcement_id"]
    )
    op.create_index("ix_announcement_mail_due", "announcement_mail", ["state", "next_attempt_at"])


def downgrade() -> None:
    op.drop_table("announcement_mail")
    op.drop_table("announcement_addressee")
    op.drop_table("announcement")

"""Add addresses to be verified, and recoveries by another phone."""

from alembic import op
import sqlalchemy as sa


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "email_verification",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("handle", sa.String(length=43), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_email_verification_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_verification")),
        sa.UniqueConstraint("handle", name=op.f("uq_email_verification_handle")),
    )
    op.create_index(op.f("ix_email_verification_citizen_id"), "email_verification", ["citizen_id"])
    op.create_index(op.f("ix_email_verification_expires_at"), "email_verification", ["expires_at"])
    op.create_table(
        "phone_recovery",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("interaction_id", sa.String(length=43), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("phone_number", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("identity_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=True),
        sa.Column("former_phone_id", _BIG, nullable=True),
        sa.Column("cancel_handle", sa.String(length=43), nullable=True),
        sa.Column("possible_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("matched", sa.JSON(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_phone_recovery_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(
            ["former_phone_id"], ["phone.id"], name=op.f("fk_phone_recovery_former_phone_id_phone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_recovery")),
        sa.UniqueConstraint("cancel_handle", name=op.f("uq_phone_recovery_cancel_handle")),
    )
    for column in ("identity_number_index", "expires_at", "possible_from"):
        op.create_index(op.f(f"ix_phone_recovery_{column}"), "phone_recovery", [column])
    op.create_index(
        "uq_phone_recovery_open",
        "phone_recovery",
        ["citizen_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("phone_recovery")
    op.drop_table("email_verification")

"""Add disputes, with their steps and votes, and identity numbers that wait for somebody."""

from alembic import op
import sqlalchemy as sa


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("last", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_series")),
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=False),
        sa.Column("identity_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("story", sa.LargeBinary(), nullable=False),
        sa.Column("revision", _BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question_owed", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("carrier", sa.String(length=64), nullable=True),
        sa.Column("differing", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("spelling", sa.String(length=32), nullable=True),
        sa.Column("reference", sa.String(length=256), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    op.create_index("ix_complaint_expires_at", "complaint", ["expires_at"])
    op.create_table(
        "dispute",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=False),
        sa.Column("identity_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("story", sa.LargeBinary(), nullable=False),
        sa.Column("carrier", sa.String(length=64), nullable=True),
        sa.Column("reference", sa.String(length=256), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_dispute_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_citizen_id", "dispute", ["citizen_id"])
    op.create_index(
        "uq_dispute_open",
        "dispute",
        ["identity_number_index", "phone_number_index"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "dispute_step",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("words_for", sa.String(length=32), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"], ["dispute.number"], name=op.f("fk_dispute_step_number_dispute")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_step")),
    )
    op.create_index("ix_dispute_step_number", "dispute_step", ["number"])
    op.create_table(
        "dispute_vote",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["dispute.number"], name=op.f("fk_dispute_vote_number_dispute")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_vote")),
    )
    op.create_index(
        "uq_dispute_vote_standing",
        "dispute_vote",
        ["number", "by"],
        unique=True,
        sqlite_where=sa.text("void = 0"),
        postgresql_where=sa.text("NOT void"),
    )
    op.create_table(
        "identity_number_reservation",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("value_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_identity_number_reservation")),
    )
    op.create_index(
        "ix_identity_number_reservation_until", "identity_number_reservation", ["until"]
    )
    op.create_index(
        "uq_identity_number_reservation_standing",
        "identity_number_reservation",
        ["value_index"],
        unique=True,
        sqlite_where=sa.text("taken_at IS NULL"),
        postgresql_where=sa.text("taken_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("identity_number_reservation")
    op.drop_table("dispute_vote")
    op.drop_table("dispute_step")
    op.drop_table("dispute")
    op.drop_table("complaint")
    op.drop_table("series")

"""Add the texts that people were shown, and their requests about their data."""

from alembic import op
import sqlalchemy as sa


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shown_text",
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_shown_text")),
    )
    op.create_table(
        "data_request",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_data_request_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_data_request")),
    )
    op.create_index(op.f("ix_data_request_citizen_id"), "data_request", ["citizen_id"])
    op.create_index(
        "uq_data_request_open",
        "data_request",
        ["citizen_id", "kind"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "data_request_answer",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["data_request.number"], name=op.f("fk_data_request_answer_number_data_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_answer")),
    )
    op.create_index(op.f("ix_data_request_answer_number"), "data_request_answer", ["number"])


def downgrade() -> None:
    op.drop_table("data_request_answer")
    op.drop_table("data_request")
    op.drop_table("shown_text")

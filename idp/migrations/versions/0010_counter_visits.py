"""Add visits to counters, and when a carrier is asked again."""

from alembic import op
import sqlalchemy as sa


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter_visit",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_counter_visit_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_visit")),
    )
    op.create_index(
        op.f("ix_counter_visit_expires_at"), "counter_visit", ["expires_at"], unique=False
    )
    for name, column in (
        ("uq_counter_visit_code", "code_index"),
        ("uq_counter_visit_citizen", "citizen_id"),
    ):
        op.create_index(
            name,
            "counter_visit",
            [column],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
    op.add_column(
        "evidence", sa.Column("ask_again_from", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_evidence_rematch",
        "evidence",
        ["verifier", "ask_again_from", "verified_at"],
        unique=False,
        sqlite_where=sa.text("kind = 'carrier_match' AND lapsed_at IS NULL"),
        postgresql_where=sa.text("kind = 'carrier_match' AND lapsed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_evidence_rematch", table_name="evidence")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("ask_again_from")
    op.drop_table("counter_visit")

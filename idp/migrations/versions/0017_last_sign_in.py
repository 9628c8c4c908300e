"""Add when a citizen signed in last, and notices to those who have not for long."""

from alembic import op
import sqlalchemy as sa


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("citizen", sa.Column("last_sign_in_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE citizen SET last_sign_in_at = coalesce((SELECT max(audit_event.at) FROM audit_event"
        " WHERE audit_event.citizen_id = citizen.id AND audit_event.kind = 'sign_in_succeeded'),"
        " created_at)"
    )
    op.create_index("ix_citizen_status_last_sign_in", "citizen", ["status", "last_sign_in_at"])
    op.create_table(
        "inactivity_notice",
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_inactivity_notice_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("citizen_id", "since", "number", name=op.f("pk_inactivity_notice")),
    )


def downgrade() -> None:
    op.drop_table("inactivity_notice")
    op.drop_index("ix_citizen_status_last_sign_in", table_name="citizen")
    op.drop_column("citizen", "last_sign_in_at")

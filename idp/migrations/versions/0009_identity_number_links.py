"""Add numbers that are claimed, and what an unfinished enrolment is taken up by."""

from alembic import op
import sqlalchemy as sa


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claimed_identity_number",
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizen.id"],
            name=op.f("fk_claimed_identity_number_citizen_id_citizen"),
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_claimed_identity_number")),
    )
    op.create_index(
        "uq_citizen_identity_number_kind",
        "citizen_identity_number",
        ["citizen_id", "kind"],
        unique=True,
        sqlite_where=sa.text("active = 1"),
        postgresql_where=sa.text("active"),
    )
    op.add_column(
        "pending_enrolment", sa.Column("interaction_id", sa.String(length=43), nullable=True)
    )
    op.add_column("pending_enrolment", sa.Column("claimed_number", sa.LargeBinary(), nullable=True))
    op.add_column(
        "pending_enrolment",
        sa.Column("claimed_number_index", sa.LargeBinary(length=32), nullable=True),
    )
    op.add_column(
        "pending_enrolment",
        sa.Column("old_number_asked", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        op.f("ix_pending_enrolment_phone_number_index"),
        "pending_enrolment",
        ["phone_number_index"],
    )


def downgrade() -> None:
    with op.batch_alter_table("pending_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_enrolment_phone_number_index"))
        batch_op.drop_column("old_number_asked")
        batch_op.drop_column("claimed_number_index")
        batch_op.drop_column("claimed_number")
        batch_op.drop_column("interaction_id")
    op.drop_index("uq_citizen_identity_number_kind", table_name="citizen_identity_number")
    op.drop_table("claimed_identity_number")

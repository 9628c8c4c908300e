"""Add programs that operators let in."""

from alembic import op
import sqlalchemy as sa


revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_client",
        sa.Column("name", sa.String(length=28), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("answered_by", sa.String(length=32), nullable=False),
        sa.Column("answered_before", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("fk_api_client_team_team")),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["operator.name"],
            name=op.f("fk_api_client_answered_by_operator"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_client")),
    )
    op.create_index(op.f("ix_api_client_team"), "api_client", ["team"])
    op.create_index(op.f("ix_api_client_answered_by"), "api_client", ["answered_by"])


def downgrade() -> None:
    op.drop_table("api_client")

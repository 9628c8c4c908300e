"""Add teams, whose members look after a province's portals."""

from alembic import op
import sqlalchemy as sa


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "team_member",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("operator", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("fk_team_member_team_team")),
        sa.ForeignKeyConstraint(
            ["operator"], ["operator.name"], name=op.f("fk_team_member_operator_operator")
        ),
        sa.PrimaryKeyConstraint("team", "operator", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_operator"), "team_member", ["operator"])
    with op.batch_alter_table("operator_invitation") as batch:
        batch.add_column(sa.Column("team", sa.String(length=32), nullable=True))
        batch.create_foreign_key(
            op.f("fk_operator_invitation_team_team"), "team", ["team"], ["id"]
        )
        batch.create_index(op.f("ix_operator_invitation_team"), ["team"])


def downgrade() -> None:
    with op.batch_alter_table("operator_invitation") as batch:
        batch.drop_index(op.f("ix_operator_invitation_team"))
        batch.drop_constraint(op.f("fk_operator_invitation_team_team"), type_="foreignkey")
        batch.drop_column("team")
    op.drop_index(op.f("ix_team_member_operator"), table_name="team_member")
    op.drop_table("team_member")
    op.drop_table("team")

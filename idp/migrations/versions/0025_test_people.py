"""The invented people of teams."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "test_people_set",
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_test_people_set")),
        sa.UniqueConstraint("team", name=op.f("uq_test_people_set_team")),
    )


def downgrade() -> None:
    op.drop_table("test_people_set")

"""Add runs of "Test my integration", their results, and the attempts under way."""

from alembic import op
import sqlalchemy as sa


revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "integration_test_run",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("handle", sa.String(length=43), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_integration_test_run_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration_test_run")),
        sa.UniqueConstraint("handle", name=op.f("uq_integration_test_run_handle")),
    )
    op.create_index(
        "ix_integration_test_run_client", "integration_test_run", ["client_id", "begun_at"]
    )
    op.create_table(
        "integration_test_result",
        sa.Column("run_id", sa.String(length=43), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("screen", sa.String(length=32), nullable=False),
        sa.Column("observed", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["integration_test_run.id"],
            name=op.f("fk_integration_test_result_run_id_integration_test_run"),
        ),
        sa.PrimaryKeyConstraint("run_id", "case", name=op.f("pk_integration_test_result")),
    )
    op.create_table(
        "integration_test_attempt",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("run_id", sa.String(length=43), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_for", sa.JSON(), nullable=True),
        sa.Column("code", sa.JSON(), nullable=True),
        sa.Column("code_digest", sa.String(length=43), nullable=True),
        sa.Column(
            "code_uses", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(length=43), nullable=True),
        sa.Column("userinfo_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("sent_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "forged_logout", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("logout", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["integration_test_run.id"],
            name=op.f("fk_integration_test_attempt_run_id_integration_test_run"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration_test_attempt")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_integration_test_attempt_code_digest")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_integration_test_attempt_token_digest")),
    )
    op.create_index(
        "ix_integration_test_attempt_run", "integration_test_attempt", ["run_id", "case"]
    )
    op.create_index("ix_integration_test_attempt_browser", "integration_test_attempt", ["browser"])


def downgrade() -> None:
    op.drop_table("integration_test_attempt")
    op.drop_table("integration_test_result")
    op.drop_table("integration_test_run")

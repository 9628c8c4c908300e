"""Add environments, versions and proposals of registrations, the life of keys, and test people."""

from alembic import op
import sqlalchemy as sa


revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "citizen",
        sa.Column("test_person", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "relying_party",
        sa.Column("environment", sa.String(length=32), nullable=False, server_default="sandbox"),
    )
    op.add_column("relying_party", sa.Column("sandbox_client_id", sa.String(length=128)))
    op.add_column("relying_party", sa.Column("team", sa.String(length=32)))
    op.add_column(
        "relying_party",
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            server_default="1",
        ),
    )
    op.create_index(op.f("ix_relying_party_team"), "relying_party", ["team"])
    op.create_table(
        "relying_party_version",
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_relying_party_version_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint("client_id", "number", name=op.f("pk_relying_party_version")),
    )
    # What is registered today is everybody's first version.
    op.execute(
        'INSERT INTO relying_party_version (client_id, number, document, "by", at, reason)'
        " SELECT client_id, 1, registration, '', updated_at, '' FROM relying_party"
    )
    op.add_column("relying_party_secret", sa.Column("last_used_at", sa.DateTime(timezone=True)))
    op.add_column(
        "relying_party_secret",
        sa.Column("reminded_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    )
    op.create_table(
        "relying_party_key",
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_relying_party_key_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint("client_id", "thumbprint", name=op.f("pk_relying_party_key")),
    )
    op.create_table(
        "relying_party_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("sandbox_client_id", sa.String(length=128), nullable=False),
        sa.Column("team", sa.String(length=32)),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("base_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.String(length=32)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closing_reason", sa.Text()),
        sa.ForeignKeyConstraint(
            ["sandbox_client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_relying_party_proposal_sandbox_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relying_party_proposal")),
    )
    op.create_index(
        "uq_relying_party_proposal_open",
        "relying_party_proposal",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        op.f("ix_relying_party_proposal_sandbox_client_id"),
        "relying_party_proposal",
        ["sandbox_client_id"],
    )


def downgrade() -> None:
    op.drop_table("relying_party_proposal")
    op.drop_table("relying_party_key")
    op.drop_column("relying_party_secret", "reminded_days")
    op.drop_column("relying_party_secret", "last_used_at")
    op.drop_table("relying_party_version")
    op.drop_index(op.f("ix_relying_party_team"), table_name="relying_party")
    for name in ("version", "team", "sandbox_client_id", "environment"):
        op.drop_column("relying_party", name)
    op.drop_column("citizen", "test_person")

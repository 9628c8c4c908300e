"""Let relying parties register themselves."""

from alembic import op
import sqlalchemy as sa


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "initial_access_token",
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("uses_left", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_initial_access_token")),
    )
    op.create_table(
        "relying_party_logo",
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_relying_party_logo_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_relying_party_logo")),
    )
    # Plain ADD COLUMN: what refers to the table stays as it is, also on SQLite.
    op.add_column("relying_party", sa.Column("client_metadata", sa.JSON(), nullable=True))
    op.add_column(
        "relying_party", sa.Column("registration_token", sa.String(length=43), nullable=True)
    )
    op.add_column("relying_party", sa.Column("logo", sa.String(length=43), nullable=True))


def downgrade() -> None:
    op.drop_column("relying_party", "logo")
    op.drop_column("relying_party", "registration_token")
    op.drop_column("relying_party", "client_metadata")
    op.drop_table("relying_party_logo")
    op.drop_table("initial_access_token")

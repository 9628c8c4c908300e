"""Add authenticator apps, passkeys, recovery codes and known devices."""

from alembic import op
import sqlalchemy as sa


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "authenticator_app",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("step_used", _BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_authenticator_app_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator_app")),
    )
    op.create_index(
        op.f("ix_authenticator_app_citizen_id"), "authenticator_app", ["citizen_id"], unique=False
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", _BIG, nullable=False),
        sa.Column("copyable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_passkey_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_citizen_id"), "passkey", ["citizen_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_recovery_code_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "citizen_id", "code_hash", name=op.f("uq_recovery_code_citizen_id_code_hash")
        ),
    )
    op.create_table(
        "known_device",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("handle_digest", sa.String(length=43), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("browser", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skips_code_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_known_device_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint(
            "handle_digest", "citizen_id", name=op.f("uq_known_device_handle_digest_citizen_id")
        ),
    )
    op.create_index(
        "ix_known_device_citizen_used", "known_device", ["citizen_id", "last_used_at"], unique=False
    )
    op.create_index(
        op.f("ix_known_device_last_used_at"), "known_device", ["last_used_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_known_device_last_used_at"), table_name="known_device")
    op.drop_index("ix_known_device_citizen_used", table_name="known_device")
    op.drop_table("known_device")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_passkey_citizen_id"), table_name="passkey")
    op.drop_table("passkey")
    op.drop_index(op.f("ix_authenticator_app_citizen_id"), table_name="authenticator_app")
    op.drop_table("authenticator_app")

"""Found."""

from alembic import op
import sqlalchemy as sa


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=True),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_event_citizen_at", ["citizen_id", "at"], unique=False)

    op.create_table(
        "citizen",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen")),
    )
    op.create_table(
        "pending_enrolment",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("typed_in", sa.String(length=43), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=False),
        sa.Column("identity_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number", sa.LargeBinary(), nullable=False),
        sa.Column("phone_number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("notice_version", sa.String(length=32), nullable=False),
        sa.Column("notice_hash", sa.String(length=43), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question_owed", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("carrier", sa.String(length=64), nullable=True),
        sa.Column("differing", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("spelling", sa.String(length=32), nullable=True),
        sa.Column("reference", sa.String(length=256), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_enrolment")),
    )
    with op.batch_alter_table("pending_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pending_enrolment_browser"), ["browser"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_pending_enrolment_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_pending_enrolment_identity_number_index"),
            ["identity_number_index"],
            unique=False,
        )

    op.create_table(
        "relying_party",
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("sector", sa.String(length=128), nullable=False),
        sa.Column("registration", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_relying_party")),
    )
    op.create_table(
        "citizen_identity_number",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizen.id"],
            name=op.f("fk_citizen_identity_number_citizen_id_citizen"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_identity_number")),
    )
    with op.batch_alter_table("citizen_identity_number", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_citizen_identity_number_citizen_id"), ["citizen_id"], unique=False
        )
        batch_op.create_index(
            "uq_citizen_identity_number_active",
            ["value_index"],
            unique=True,
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_consent_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "citizen_id", "client_id", name=op.f("uq_consent_citizen_id_client_id")
        ),
    )
    op.create_table(
        "consent_ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("text_hash", sa.String(length=43), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_consent_ledger_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_ledger")),
    )
    with op.batch_alter_table("consent_ledger", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_ledger_citizen_id"), ["citizen_id"], unique=False
        )

    op.create_table(
        "grant",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("session_id", sa.String(length=43), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("acr", sa.String(length=8), nullable=False),
        sa.Column("auth_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_grant_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index("ix_grant_session", ["session_id"], unique=False)

    op.create_table(
        "password_credential",
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("hash", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_password_credential_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_password_credential")),
    )
    op.create_table(
        "phone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_phone_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
    )
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(
            "uq_phone_active",
            ["number_index"],
            unique=True,
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )
        batch_op.create_index(
            "uq_phone_default",
            ["citizen_id"],
            unique=True,
            sqlite_where=sa.text("active = 1 AND is_default = 1"),
            postgresql_where=sa.text("active AND is_default"),
        )

    op.create_table(
        "relying_party_secret",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["relying_party.client_id"],
            name=op.f("fk_relying_party_secret_client_id_relying_party"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relying_party_secret")),
    )
    with op.batch_alter_table("relying_party_secret", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_relying_party_secret_client_id"), ["client_id"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citizen_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("verifier", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=256), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("spelling", sa.String(length=16), nullable=True),
        sa.Column("phone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_evidence_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"], ["phone.id"], name=op.f("fk_evidence_phone_id_phone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_citizen_id"), ["citizen_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_citizen_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("relying_party_secret", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relying_party_secret_client_id"))

    op.drop_table("relying_party_secret")
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_phone_default",
            sqlite_where=sa.text("active = 1 AND is_default = 1"),
            postgresql_where=sa.text("active AND is_default"),
        )
        batch_op.drop_index(
            "uq_phone_active",
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )
        batch_op.drop_index(batch_op.f("ix_phone_citizen_id"))

    op.drop_table("phone")
    op.drop_table("password_credential")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index("ix_grant_session")
        batch_op.drop_index(batch_op.f("ix_grant_citizen_id"))

    op.drop_table("grant")
    with op.batch_alter_table("consent_ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_ledger_citizen_id"))

    op.drop_table("consent_ledger")
    op.drop_table("consent")
    with op.batch_alter_table("citizen_identity_number", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_citizen_identity_number_active",
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )
        batch_op.drop_index(batch_op.f("ix_citizen_identity_number_citizen_id"))

    op.drop_table("citizen_identity_number")
    op.drop_table("relying_party")
    with op.batch_alter_table("pending_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_enrolment_identity_number_index"))
        batch_op.drop_index(batch_op.f("ix_pending_enrolment_expires_at"))
        batch_op.drop_index(batch_op.f("ix_pending_enrolment_browser"))

    op.drop_table("pending_enrolment")
    op.drop_table("citizen")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_citizen_at")
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))

    op.drop_table("audit_event")

"""Count an announcement's mails where it stands; the outbox keeps what is still to be sent."""

from alembic import op
import sqlalchemy as sa


revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COUNTED = {"mails": "true", "mails_sent": "state = 'sent'", "mails_given_up": "state = 'gave_up'"}


def upgrade() -> None:
    with op.batch_alter_table("announcement") as announcement:
        for name in COUNTED:
            announcement.add_column(
                sa.Column(
                    name,
                    sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                    nullable=False,
                    server_default="0",
                )
            )
    for name, which in COUNTED.items():
        op.execute(
            f"UPDATE announcement SET {name} = (SELECT count(*) FROM announcement_mail "
            f"WHERE announcement_id = announcement.id AND {which})"
        )
    op.execute("DELETE FROM announcement_mail WHERE state <> 'pending'")
    op.drop_index("ix_announcement_mail_due", table_name="announcement_mail")
    with op.batch_alter_table("announcement_mail") as mail:
        mail.drop_column("state")
        mail.alter_column("address", existing_type=sa.LargeBinary(), nullable=False)
    op.create_index(
        op.f("ix_announcement_mail_next_attempt_at"), "announcement_mail", ["next_attempt_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_announcement_mail_next_attempt_at"), table_name="announcement_mail")
    with op.batch_alter_table("announcement_mail") as mail:
        mail.alter_column("address", existing_type=sa.LargeBinary(), nullable=True)
        mail.add_column(
            sa.Column("state", sa.String(length=32), nullable=False, server_default="pending")
        )
    op.create_index("ix_announcement_mail_due", "announcement_mail", ["state", "next_attempt_at"])
    with op.batch_alter_table("announcement") as announcement:
        for name in COUNTED:
            announcement.drop_column(name)

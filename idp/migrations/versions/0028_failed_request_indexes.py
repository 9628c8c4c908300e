"""Find failed requests by what they were sent to, and by ids that are nobody's."""

from alembic import op


revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_failed_request_claimed_number", "failed_request", ["claimed", "number"]
    )
    op.create_index(
        "ix_failed_request_endpoint_number", "failed_request", ["endpoint", "number"]
    )


def downgrade() -> None:
    op.drop_index("ix_failed_request_endpoint_number", "failed_request")
    op.drop_index("ix_failed_request_claimed_number", "failed_request")

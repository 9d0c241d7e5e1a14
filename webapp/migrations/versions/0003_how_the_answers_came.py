"""How the answers came: what may tell a person to look at a proposal

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-23 17:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('placement', sa.Column('discordant', sa.Boolean(), nullable=True))
    op.add_column('placement', sa.Column('p_pattern', sa.Double(), nullable=True))
    op.add_column('placement', sa.Column('p_drift', sa.Double(), nullable=True))
    op.add_column('placement', sa.Column('n_rapid', sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ('n_rapid', 'p_drift', 'p_pattern', 'discordant'):
        op.drop_column('placement', name)

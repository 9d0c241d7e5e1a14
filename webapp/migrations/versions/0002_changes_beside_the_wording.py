"""Changes of an item beside its wording

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-23 14:52:00
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('item_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.String(length=20), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_change_item_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_change'))
    )
    op.create_index(op.f('ix_item_change_item_id'), 'item_change', ['item_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_item_change_item_id'), table_name='item_change')
    op.drop_table('item_change')

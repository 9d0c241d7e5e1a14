"""What answers have measured: parameters by revision, and answers that were handed out

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-23 20:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

STEPS = ('b_steps', 'a_steps', 'd_steps')


def upgrade() -> None:
    op.create_table('calibration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('adopted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('adopted_by', sa.Integer(), nullable=True),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration'))
    )
    op.create_table('revision_parameters',
    sa.Column('calibration_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('model', sa.String(length=10), nullable=False),
    sa.Column('a', sa.Double(), nullable=False),
    sa.Column('b', sa.Double(), nullable=False),
    sa.Column('c', sa.Double(), nullable=False),
    sa.Column('d', sa.Double(), nullable=False),
    sa.Column('b_steps', sa.JSON(), nullable=False),
    sa.Column('a_steps', sa.JSON(), nullable=False),
    sa.Column('d_steps', sa.JSON(), nullable=False),
    sa.Column('se_a', sa.Double(), nullable=False),
    sa.Column('se_b', sa.Double(), nullable=False),
    sa.Column('cov_ab', sa.Double(), nullable=False),
    sa.Column('n_responses', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['calibration_id'], ['calibration.id'], name=op.f('fk_revision_parameters_calibration_id_calibration')),
    sa.ForeignKeyConstraint(['revision_id'], ['item_revision.id'], name=op.f('fk_revision_parameters_revision_id_item_revision')),
    sa.PrimaryKeyConstraint('calibration_id', 'revision_id', name=op.f('pk_revision_parameters'))
    )
    op.create_index(op.f('ix_revision_parameters_revision_id'), 'revision_parameters', ['revision_id'], unique=False)
    op.create_table('answer_export',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('exported_by', sa.Integer(), nullable=True),
    sa.Column('n_attempts', sa.Integer(), nullable=False),
    sa.Column('n_answers', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_export'))
    )
    # The items of earlier pools are all right or wrong: d is 1, and there are no steps.
    with op.batch_alter_table('pool_item') as batch_op:
        batch_op.add_column(sa.Column('d', sa.Double(), nullable=False, server_default='1'))
        for name in STEPS:
            batch_op.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('calibration_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_pool_item_calibration_id_calibration'), 'calibration', ['calibration_id'], ['id'])
    with op.batch_alter_table('pool_item') as batch_op:
        for name in ('d', *STEPS):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('pool_item') as batch_op:
        batch_op.drop_constraint(op.f('fk_pool_item_calibration_id_calibration'), type_='foreignkey')
        for name in ('calibration_id', *STEPS, 'd'):
            batch_op.drop_column(name)
    op.drop_table('answer_export')
    op.drop_index(op.f('ix_revision_parameters_revision_id'), table_name='revision_parameters')
    op.drop_table('revision_parameters')
    op.drop_table('calibration')

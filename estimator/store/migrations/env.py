"""What Alembic runs: the migrations on the connection, and in the transaction, of whoever asked for them."""

from alembic import context

from estimator.store import account_tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=account_tables.metadata, render_as_batch=True)
context.run_migrations()

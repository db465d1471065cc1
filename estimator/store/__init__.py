"""The database: the connection, every table definition, migrations, the log, settings. SQLite or PostgreSQL."""

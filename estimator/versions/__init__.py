"""Who published which prices, when and why: the store of publications, drafts and accounts, on SQLite or PostgreSQL."""

"""The desk's pages about accounts: signing in, factors, people, the log."""

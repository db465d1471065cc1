"""What several tests use: books and answers to test with, servers, stores, the client that inspects every page."""

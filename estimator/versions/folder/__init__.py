"""A folder of price tables on disk and the store, kept in step; and the prices in force that come of both."""

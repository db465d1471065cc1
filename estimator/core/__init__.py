"""The estimate: answers and a price book in, a range and its reasons out. Values and arithmetic only."""

"""What patients notice when something breaks: `make faults` does it to a real server under load and prints a table."""

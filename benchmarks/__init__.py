"""What is fast, what is light and how true the range is: measured, never asserted in a test."""

"""Two price books, and their differences in words."""

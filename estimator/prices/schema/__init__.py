"""What a price table may say, and the frozen values it becomes: one schema for reader, core and editors."""

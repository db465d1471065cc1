"""What a patient sees, and the same as JSON and as a spreadsheet."""

"""One price changed in the text of a table, and nothing else."""

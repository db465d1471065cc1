"""The clinic's desk under ``/admin``."""

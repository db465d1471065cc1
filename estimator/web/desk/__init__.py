"""The clinic's desk under ``/admin``: what its pages share, such as who is signed in and what they may do."""

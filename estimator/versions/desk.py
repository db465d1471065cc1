"""
What a person does at the desk: edit a draft, publish it, undo, check a price again, withdraw a clinic.

Who may do what is the web's and the command line's business; what happens, and that it happens whole, is decided here.
"""

from estimator.versions.drafting import Drafting
from estimator.versions.withdrawing import Withdrawing


class Desk(Drafting, Withdrawing):
    """The desk over a store; `today` is the site's day."""

    __slots__ = ()

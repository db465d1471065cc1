"""The desk's first address: it leads to the first page that the person may use."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from estimator.web.desk.layout import home
from estimator.web.desk.services import PREFIX

bp = Blueprint("desk_home", __name__, url_prefix=PREFIX)


@bp.get("/", strict_slashes=False)
def show() -> Response:
    """On to the prices, or to the person's own account."""
    return redirect(home())

"""What every response carries: nothing stored, nothing leaked, nothing loaded from elsewhere; and compression."""

import gzip

from flask import Flask, Response, g, request

from estimator.web.hosts import is_https

SMALLEST_WORTH_COMPRESSING = 600

SCRIPTS_THAT_PARSE = ("live", "desk_yaml")
"""Those that make a text from this site into a document; no script makes one into code."""

A_YEAR_BY_HTTPS = "max-age=31536000; includeSubDomains"

SAME_FOR_ALL = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}


def add_headers(app: Flask) -> None:
    """Every response of `app` gets the security headers, and gzip where it pays."""
    app.after_request(_secured)
    app.after_request(_compressed)


def content_security_policy(style_hashes: tuple[str, ...] = (), framed_by: tuple[str, ...] = ()) -> str:
    """
    Nothing may load or run but the inline styles with these hashes and our own script; it asks only this site.

    A script that makes a text into HTML has to say so by a policy of its own name (Trusted Types).
    Only the sites `framed_by` may show the page inside their own.
    """
    styles = " ".join(f"'sha256-{digest}'" for digest in style_hashes) or "'none'"
    sites = " ".join(framed_by) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; script-src 'self'; connect-src 'self'; img-src data:; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {sites}; "
        f"require-trusted-types-for 'script'; trusted-types {' '.join(SCRIPTS_THAT_PARSE)}"
    )


# Flask runs these in reverse order of registration: compression first, then the headers.
def _secured(response: Response) -> Response:
    for name, value in SAME_FOR_ALL.items():
        response.headers.setdefault(name, value)
    if is_https():
        response.headers["Strict-Transport-Security"] = A_YEAR_BY_HTTPS
    framed_by = g.get("framed_by", ())
    if framed_by:
        # It cannot name a site, and would go before the policy in old browsers.
        del response.headers["X-Frame-Options"]
    policy = content_security_policy(tuple(g.get("style_hashes", ())), framed_by)
    response.headers["Content-Security-Policy"] = policy
    response.vary.update(("Accept-Language", "Accept-Encoding"))
    return response


def _compressed(response: Response) -> Response:
    if (
        request.path.startswith("/admin/")
        or response.is_streamed
        or response.content_encoding
        or not request.accept_encodings.quality("gzip")
        or len(response.get_data()) < SMALLEST_WORTH_COMPRESSING
    ):
        return response
    # A fixed time keeps the bytes the same for the same page. No page mixes a secret with what a query says, so that
    # compression gives nothing away; the desk's do, with CSRF tokens, and are sent as they are.
    response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
    response.content_encoding = "gzip"
    return response

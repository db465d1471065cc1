#!/bin/sh
# Called by `make audit`: starts the app on a free port, has it looked at, stops it.
set -eu
python=$1
chromium=$(command -v "${CHROMIUM:-chromium}") || { echo "make audit needs Chromium" >&2; exit 1; }
# The same fonts as in the tests, whatever this machine has.
FONTCONFIG_FILE=$(cd "$(dirname "$0")/.." && pwd)/tests/support/fonts.conf
export FONTCONFIG_FILE
log=$(mktemp)
"$python" -m estimator serve --port 0 >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log"' EXIT INT TERM
site=
tries=0
while [ -z "$site" ]; do
    site=$(sed -n 's/^Ketamine Cost Estimator: \(http[^ ]*\).*/\1/p' "$log")
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
        cat "$log" >&2
        exit 1
    fi
    sleep 0.1
done
node "$(dirname "$0")/run.js" "$site" "$chromium"

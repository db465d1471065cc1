#!/bin/sh
# Called by `make test`: sees to it that there is a Chromium for the browser tests.
# Installs Debian's where it can. Where it cannot, it says so loudly and lets the tests go on:
# the browser tests then skip with the reason or, where CI=true, fail.
set -u

packages="chromium fonts-dejavu-core"

if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM" >/dev/null && exit 0
    reason="CHROMIUM is set to '$CHROMIUM', which cannot be run"
elif command -v chromium >/dev/null; then
    exit 0
elif ! command -v apt-get >/dev/null; then
    reason="there is no 'chromium' on PATH, and no apt-get to install it with"
elif [ "$(id -u)" -ne 0 ]; then
    reason="there is no 'chromium' on PATH, and only root can install it"
else
    echo "browser tests: installing $packages ..."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # shellcheck disable=SC2086  # a list of packages
    if timeout 900 sh -c 'apt-get update && apt-get install -y --no-install-recommends "$@"' sh $packages \
        >"$log" 2>&1 </dev/null && command -v chromium >/dev/null; then
        rm -f "$log"
        exit 0
    fi
    tail -n 20 "$log"
    rm -f "$log"
    reason="apt-get could not install it (its last lines are above)"
fi

cat >&2 <<END

**********************************************************************
  NO CHROMIUM: THE BROWSER TESTS WILL NOT RUN
  $reason.
  Debian: sudo apt-get update
          sudo apt-get install -y --no-install-recommends $packages
  Or set CHROMIUM to the path of a Chromium or Chrome.
**********************************************************************

END
exit 0

#!/bin/sh
# Called by `make test`: sees to it that there are a Chromium, fonts and axe-core for the browser tests, nginx for those
# of deploy/, and PostgreSQL's programs for the tests of the store; both are started by the tests, as their own.
# Installs Debian's Chromium, Node, npm and PostgreSQL where it can, and the rest with npm. Where it cannot, it says so
# loudly and lets the tests go on: those that need it then skip with the reason or, where CI=true, fail.
# `tests/support/setup.sh browser` leaves PostgreSQL out.
set -u
cd "$(dirname "$0")/../.."

# Debian's packages given, for root; says why not in $reason.
install_packages() {
    if ! command -v apt-get >/dev/null; then
        reason="there is no apt-get to install it with"
    elif [ "$(id -u)" -ne 0 ]; then
        reason="only root can install it"
    else
        echo "for the tests: installing $* ..."
        log=$(mktemp)
        if timeout 900 sh -c 'apt-get update && apt-get install -y --no-install-recommends "$@"' sh "$@" \
            >"$log" 2>&1 </dev/null; then
            rm -f "$log"
            return 0
        fi
        tail -n 20 "$log"
        rm -f "$log"
        reason="apt-get could not install it (its last lines are above)"
    fi
    return 1
}

# What is missing, why, and how to get it.
warn() {
    cat >&2 <<END

**********************************************************************
  NO $1: $2 WILL NOT RUN
  $reason.
  $3
**********************************************************************

END
}

export DEBIAN_FRONTEND=noninteractive
reason=

if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM" >/dev/null || {
        reason="CHROMIUM is set to '$CHROMIUM', which cannot be run"
        warn CHROMIUM "THE BROWSER TESTS" "Set CHROMIUM to the path of a Chromium or Chrome."
    }
elif ! command -v chromium >/dev/null; then
    install_packages chromium ||
        warn CHROMIUM "THE BROWSER TESTS" "Debian: sudo apt-get install -y --no-install-recommends chromium"
fi

command -v npm >/dev/null || install_packages nodejs npm
if ! command -v npm >/dev/null; then
    warn NPM "THE BROWSER TESTS (their fonts come with npm)" \
        "Debian: sudo apt-get install -y --no-install-recommends nodejs npm"
elif ! make --no-print-directory --silent node_modules/.installed; then
    reason="npm could not install it (its last lines are above)"
    warn "FONTS AND AXE-CORE" "THE BROWSER TESTS" "Try: make node_modules/.installed"
fi
[ "${1:-}" = browser ] && exit 0

if ! command -v nginx >/dev/null && [ ! -x /usr/sbin/nginx ]; then
    # Only the program is wanted, not a server that runs on this machine from now on.
    unit=/etc/systemd/system/nginx.service
    if [ "$(id -u)" -eq 0 ] && [ ! -e "$unit" ] && mkdir -p "$(dirname "$unit")"; then
        ln -s /dev/null "$unit" && masked=yes
    fi
    install_packages nginx-light ||
        warn NGINX "THE TESTS OF deploy/nginx.conf" "Debian: sudo apt-get install -y --no-install-recommends nginx-light"
    [ "${masked:-}" ] && rm -f "$unit"
fi

# As tests/support/postgres.py looks for it.
has_postgresql() {
    for folder in "$(dirname "$(readlink -f "$(command -v initdb)")" 2>/dev/null)" \
        "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
    done
    return 1
}

if ! has_postgresql; then
    # Only the programs are wanted, not a server that runs on this machine from now on.
    setting=/etc/postgresql-common/createcluster.d/estimator-tests.conf
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && mkdir -p "$(dirname "$setting")"; then
        echo "create_main_cluster = false" >"$setting"
    fi
    install_packages postgresql ||
        warn POSTGRESQL "HALF OF THE TESTS OF THE STORE" \
            "Debian: sudo apt-get install -y --no-install-recommends postgresql"
    rm -f "$setting"
fi
exit 0

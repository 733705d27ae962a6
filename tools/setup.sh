#!/bin/sh
# Sets up everything that `make demo` and `make test` need. Safe to run again; quick when nothing is missing.
set -eu
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-python3}"
VENV=.venv
SETUP_FOR="${SETUP_FOR:-run}"

say() { printf '%s\n' "$*" >&2; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "Python 3.11 or newer is needed ($PYTHON is older). Debian: apt-get install python3 python3-venv"
    exit 2
}

# --- system packages: installed where this account may, else named -----------------------------------------
missing=""
needs() { # needs PACKAGE TEST...
    package="$1"; shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }
needs python3-venv "$PYTHON" -c 'import venv, ensurepip'
needs libpango-1.0-0 has_library libpango-1.0.so.0
needs libpangoft2-1.0-0 has_library libpangoft2-1.0.so.0
needs libharfbuzz-subset0 has_library libharfbuzz-subset.so.0
if [ "$SETUP_FOR" = test ]; then
    needs chromium sh -c 'command -v chromium || command -v chromium-browser || command -v google-chrome'
    needs poppler-utils sh -c 'command -v pdftotext'
    needs gettext sh -c 'command -v msgfmt'
fi
if [ "$SETUP_FOR" = bench ]; then needs age sh -c 'command -v age'; fi
if ! command -v redis-server >/dev/null 2>&1 && [ "$(uname -m)" != x86_64 ]; then missing="$missing redis-server"; fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing system packages:$missing"
        apt-get update -qq >/dev/null
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        say "These system packages are missing:$missing"
        say "Install them, then run this again. Debian: sudo apt-get install$missing"
        exit 2
    fi
fi

# --- Python packages, exactly as locked --------------------------------------------------------------------
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
install_from() { # install_from LOCK
    stamp="$VENV/.$(basename "$1").stamp"
    if [ ! -f "$stamp" ] || ! cmp -s "$1" "$stamp"; then
        say "Installing Python packages ($1)"
        "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" 2>&1 |
            grep -v '^WARNING: Location' >&2 || true
        "$VENV/bin/python" -m pip check >/dev/null || { say "The Python packages do not fit together."; exit 2; }
        cp "$1" "$stamp"
    fi
}
case "$SETUP_FOR" in
    test) install_from requirements/dev.txt ;;
    bench) install_from requirements/bench.txt ;;
    *) [ -f "$VENV/.dev.txt.stamp" ] || install_from requirements/run.txt ;;
esac
[ -f "$VENV/.tocsin.stamp" ] && cmp -s pyproject.toml "$VENV/.tocsin.stamp" || {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2>&1 |
        grep -v '^WARNING: Location' >&2 || true
    cp pyproject.toml "$VENV/.tocsin.stamp"
}

# --- the installation itself -------------------------------------------------------------------------------
if [ "$SETUP_FOR" = run ]; then
    "$VENV/bin/python" manage.py migrate --verbosity 0
fi

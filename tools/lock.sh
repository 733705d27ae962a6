#!/bin/sh
# Writes the lock files: exact versions with hashes, without index addresses.
set -eu
cd "$(dirname "$0")/.."
compile() { # compile OUT EXTRA...
    out="$1"; shift
    extras=""
    for extra in "$@"; do extras="$extras --extra $extra"; done
    # shellcheck disable=SC2086
    CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        $extras --output-file "$out" pyproject.toml
}
mkdir -p requirements
compile requirements/run.txt build postgres anymail
compile requirements/dev.txt build postgres anymail dev
compile requirements/bench.txt build postgres anymail dev bench

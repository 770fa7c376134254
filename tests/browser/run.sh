#!/bin/bash
# Browser journeys: a service of their own through ./start, headless Chromium, node's summary, the service stopped again.
#
#   HABILIS_BUILD      the build folder (build/)
#   HABILIS_FLOW_RUN   a running demonstration's folder: used as it is and left running
#   HABILIS_KEEP       keep the run folder
#   HABILIS_SHOTS=all  a window of 390 px too: its pictures (tests/shots), its axe; 1280 and 320 px are always looked at
# Words go to node's test runner: tests/browser/run.sh families.test.mjs --test-name-pattern=results
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")

# Three ports in a row that nobody has.
free_port() {
    /usr/bin/python3 - <<'END'
import contextlib, socket
for base in range(28543, 32000, 10):
    with contextlib.ExitStack() as stack:
        try:
            for port in range(base, base + 3):
                stack.enter_context(socket.socket()).bind(('127.0.0.1', port))
        except OSError:
            continue
        print(base)
        break
END
}

stop() {
    local rc=$?
    trap - EXIT
    "$root/start" stop || true
    if [ $rc -ne 0 ]; then tail -n 30 "$HABILIS_RUN"/log/*.log >&2 2>/dev/null || true; fi
    [ -n "${HABILIS_KEEP:-}" ] || rm -rf "$folder"
    exit $rc
}

cd "$here"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error

if [ -z "${HABILIS_FLOW_RUN:-}" ]; then
    folder=$(mktemp -d /tmp/habilis-browser-XXXXXX)
    chmod 755 "$folder"
    export HABILIS_RUN=$folder/run HABILIS_LIMITS=off
    HABILIS_PORT=$(free_port)
    export HABILIS_PORT
    trap stop EXIT
    trap 'exit 1' INT TERM HUP
    "$root/start" >"$folder/start.log" 2>&1 || { cat "$folder/start.log" >&2; exit 1; }
    export HABILIS_FLOW_RUN=$HABILIS_RUN
fi

files=() words=()
for word in "$@"; do
    case $word in *.test.mjs) files+=("$word") ;; *) words+=("$word") ;; esac
done
[ ${#files[@]} -gt 0 ] || files=(*.test.mjs)
# Two files at a time; each keeps to a provider of its own.
node --test --test-concurrency=2 --test-reporter=spec "${words[@]}" "${files[@]}"

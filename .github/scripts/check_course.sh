#!/usr/bin/env bash
# What a course's repository should pass before it is merged; run in the course's folder, with `chainrule` on the PATH.
# Arguments: names of assignments, all of them where none is given.
set -euo pipefail

failed=0
run() {
    echo "== $*"
    "$@" || failed=1   # go on: one run then shows all that is to be mended
}

run chainrule release --check "$@"
run chainrule audit "$@"
if [ -d tests ]; then
    run python -m pytest tests
else
    echo "== this course has no folder tests/: nothing more to run"
fi
exit "$failed"

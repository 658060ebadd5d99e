#!/usr/bin/env bash
# Unit tests always; site and browser tests where there is a bench. Fails when one of them fails.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/venv.sh "test,preview" || exit 1
failed=0

echo "== unit tests"
.venv/bin/python -m pytest tests/unit || failed=1
echo "== site tests"
scripts/site_tests.sh tests/site || failed=1
echo "== browser tests"
scripts/browser_tests.sh || failed=1
exit $failed

#!/usr/bin/env bash
# The browser suite, where there are a bench, its test site and a Chromium; says so in capitals where one is missing.
#   RCRM_URL=…   a server of the test site that runs already; without it the suite starts one for its tests
#   CHROMIUM=…   the browser
set -uo pipefail
source "$(dirname "$0")/lib.sh"

skip() {
	echo "BROWSER TESTS WERE SKIPPED: $1" >&2
	exit 0
}

[ -d "$here/tests/browser" ] || skip "THERE IS NO tests/browser IN THIS CHECKOUT."
find_bench || skip "NO BENCH (see the site tests above)."
for CHROMIUM in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
	[ -n "$CHROMIUM" ] && CHROMIUM=$(command -v "$CHROMIUM") && break
done
[ -n "$CHROMIUM" ] || skip "NO CHROMIUM. sudo apt install chromium"
site=${RCRM_SITE:-rcrm-test.localhost}
[ -d "$bench/sites/$site" ] || skip "NO SITE $site. THE SITE TESTS MAKE IT."

one_run_on "$site"
start_database && start_redis && link_app || exit 1
if [ -z "${RCRM_URL:-}" ]; then
	# a bench made without assets, as in continuous integration, has none of Frappe's either
	only="--app relationship_crm"
	grep -qs '"desk.bundle.js"' "$bench/sites/assets/assets.json" || only=
	say "building the assets${only:+ of the app}"
	logged assets frappe_cmd build $only || skip "THE ASSETS COULD NOT BE BUILT (node and yarn are needed)."
fi
cd "$here" || exit 1
RCRM_SITE=$site CHROMIUM=$CHROMIUM BENCH_DIR=$bench .venv/bin/python -m pytest tests/browser 9>&-

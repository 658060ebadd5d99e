#!/usr/bin/env bash
# The browser suite, where there are a bench, its test site and a Chromium; says so in capitals where one is missing.
#   RCRM_URL=…   a server of the test site that runs already; without it one is started for the tests
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

server=
if [ -z "${RCRM_URL:-}" ]; then
	start_database && start_redis || exit 1
	port=8790
	while listens 127.0.0.1 $port; do port=$((port + 1)); done
	say "building the assets and serving $site on port $port"
	logged assets frappe_cmd build --app relationship_crm || skip "THE ASSETS COULD NOT BE BUILT (node and yarn are needed)."
	(cd "$bench/sites" && FRAPPE_SITE=$site exec ../env/bin/python "$here/scripts/serve.py" \
		--site "$site" serve --port $port --noreload >"$logs/serve.log" 2>&1 </dev/null) &
	server=$!
	trap 'kill $server 2>/dev/null' EXIT
	await_port 127.0.0.1 $port || skip "THE SITE DOES NOT ANSWER, see $logs/serve.log."
	RCRM_URL=http://$site:$port
fi
cd "$here" || exit 1
RCRM_SITE=$site RCRM_URL=$RCRM_URL CHROMIUM=$CHROMIUM BENCH_DIR=$bench .venv/bin/python -m pytest tests/browser

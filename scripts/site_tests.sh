#!/usr/bin/env bash
# The site suite on a bench and a test site of its own; says so in capitals where there is none.
#   BENCH_DIR=...            the bench to use
#   RCRM_SITE=...            the test site (rcrm-test.localhost)
#   FORCE_NEW=1              rebuild the test site
#   MARIADB_ROOT_PASSWORD=…  where common_site_config.json has no root_password
set -uo pipefail
source "$(dirname "$0")/lib.sh"

if ! find_bench; then
	no_bench "SITE TESTS WERE SKIPPED: NO BENCH."
	exit 0
fi
if [ ! -d "$here/tests/site" ]; then
	echo "SITE TESTS WERE SKIPPED: THERE IS NO tests/site IN THIS CHECKOUT." >&2
	exit 0
fi
say "bench: $bench"
site=${RCRM_SITE:-rcrm-test.localhost}
start_database && start_redis && link_app && ensure_site "$site" site-tests || exit 1

# Two runs on one site would disturb each other
exec 9>"$bench/sites/$site/locks/relationship_crm_tests.lock" 2>/dev/null
if command -v flock >/dev/null && ! flock --nonblock 9 2>/dev/null; then
	say "another run uses $site; waiting for it"
	flock 9
fi
cd "$here" || exit 1
RCRM_SITE=$site BENCH_DIR=$bench "$bench/env/bin/python" -m pytest "${@:-tests/site}"

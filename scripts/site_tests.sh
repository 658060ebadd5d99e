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
cd "$here" || exit 1
[ $# -gt 0 ] || set -- tests/site
if [ ! -e "${1%%::*}" ]; then
	echo "SITE TESTS WERE SKIPPED: THERE IS NO $1 IN THIS CHECKOUT." >&2
	exit 0
fi
say "bench: $bench"
site=${RCRM_SITE:-rcrm-test.localhost}
one_run_on "$site"
start_database && start_redis && link_app && ensure_site "$site" site-tests || exit 1
RCRM_SITE=$site BENCH_DIR=$bench "$bench/env/bin/python" -m pytest "$@"
code=$?
if [ "$*" = tests/site ]; then # the whole suite; uninstalling takes a site of its own
	RCRM_SITE=$site BENCH_DIR=$bench scripts/uninstall_test.sh 9>&- || code=1
fi
exit $code

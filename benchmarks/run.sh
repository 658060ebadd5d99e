#!/usr/bin/env bash
# All benchmarks, one after the other, on a site of their own. `make bench` calls it.
#   RCRM_BENCH_SITE=…  the site (rcrm-bench.localhost); made with ordinary bench commands when it is not there
#   BENCH_DIR=…        the bench
#   QUICK=1            small sizes, to see that everything runs
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

if ! find_bench; then
	no_bench "BENCHMARKS WERE NOT RUN: NO BENCH."
	exit 1
fi
export BENCH_DIR=$bench RCRM_BENCH_SITE=${RCRM_BENCH_SITE:-rcrm-bench.localhost}
say "bench: $bench, site: $RCRM_BENCH_SITE"
start_database
start_redis
link_app
ensure_site "$RCRM_BENCH_SITE" benchmarks

# two runs on one site would wipe each other's books
exec 9>"$bench/sites/$RCRM_BENCH_SITE/locks/relationship_crm_benchmarks.lock"
if ! flock --nonblock 9; then
	say "another run uses $RCRM_BENCH_SITE; waiting for it"
	flock 9
fi

run() {
	echo
	say "$1"
	"$bench/env/bin/python" "$here/benchmarks/$1.py" "${@:2}"
}

if [ -n "${QUICK:-}" ]; then
	run wholesaler
	run assess --customers 500 --parties 20
	run submit --pairs 10
	run surveys --customers 400 --pair 200
	run campaign_sending --people 400 --pair 200
	run campaign_lists --customers 400
	run contracts --contracts 200 --entries 20000 --single 20 --repeat 2
	run campaign_attribution --invoices 20000 --touches 4000
else
	run wholesaler
	run assess # leaves the book of 10,000 customers on the site
	run submit
	run surveys
	run campaign_sending
	run campaign_lists
	run contracts
	run campaign_attribution
fi
echo
say "All figures: $here/build/benchmarks.json"

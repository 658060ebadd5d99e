#!/usr/bin/env bash
# The benchmarks, on the bench found.
set -uo pipefail
source "$(dirname "$0")/lib.sh"

if ! find_bench; then
	no_bench "BENCHMARKS WERE NOT RUN: NO BENCH."
	exit 1
fi
start_database && start_redis && link_app || exit 1
BENCH_DIR=$bench exec bash "$here/benchmarks/run.sh" "$@"

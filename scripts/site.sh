#!/usr/bin/env bash
# A site to try the app on: the bench found or a new one of upstream Frappe and ERPNext, with demo data.
#   BENCH_DIR=…  where the bench is or shall be (~/frappe-bench)
#   BRANCH=…     version-15 (default) or version-16, for a new bench
set -uo pipefail
source "$(dirname "$0")/lib.sh"

site=relationship.localhost
branch=${BRANCH:-version-15}

if ! find_bench; then
	target=${BENCH_DIR:-$HOME/frappe-bench}
	if ! command -v bench >/dev/null; then
		echo "MISSING: bench. pip install frappe-bench (Debian: sudo apt install pipx && pipx install frappe-bench)" >&2
		exit 1
	fi
	for tool in node:nodejs yarn:"npm (then: npm install -g yarn)" redis-server:redis-server mysqld_safe:mariadb-server; do
		command -v "${tool%%:*}" >/dev/null || { echo "MISSING: ${tool%%:*}. sudo apt install ${tool#*:}" >&2; exit 1; }
	done
	say "making a bench in $target: Frappe and ERPNext $branch (ten minutes or more; logs in $logs)"
	logged bench-init bench init --frappe-branch "$branch" "$target" || exit 1
	(cd "$target" && logged bench-erpnext bench get-app --branch "$branch" erpnext) || exit 1
	BENCH_DIR=$target
	find_bench || exit 1
fi
say "bench: $bench"
start_database && start_redis && link_app && ensure_site "$site" site || exit 1

say "building the assets"
logged assets frappe_cmd build --app relationship_crm || exit 1
say "making demo data"
logged demo-data frappe_cmd --site "$site" execute relationship_crm.demo.site.create || exit 1

port=$(bench_config webserver_port 8000)
cat <<TEXT

The site is ready.
  Start it:  cd $bench && bench start
             (without bench: cd $bench/sites && FRAPPE_SITE=$site ../env/bin/python -m frappe.utils.bench_helper frappe --site $site serve --port $port)
  Open:      http://$site:$port  and there the workspace "Relationships"
  Log in:    Administrator / admin
TEXT

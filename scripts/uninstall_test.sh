#!/usr/bin/env bash
# Installs and uninstalls the app on a scratch copy of the test site and holds the database before against the one after.
# The scratch site is dropped at the end. Called by scripts/site_tests.sh.
set -uo pipefail
source "$(dirname "$0")/lib.sh"

find_bench || { no_bench "THE UNINSTALL TEST WAS SKIPPED: NO BENCH."; exit 0; }
site=${RCRM_SITE:-rcrm-test.localhost}
scratch=rcrm-uninstall.localhost
[ -d "$bench/sites/$site" ] || { echo "THE UNINSTALL TEST WAS SKIPPED: NO SITE $site. THE SITE TESTS MAKE IT." >&2; exit 0; }
for client in mariadb mysql; do command -v $client >/dev/null && break; done
for dump in mariadb-dump mysqldump; do command -v $dump >/dev/null && break; done
if ! command -v $client >/dev/null || ! command -v $dump >/dev/null; then
	echo "THE UNINSTALL TEST WAS SKIPPED: NO MARIADB CLIENT. sudo apt install mariadb-client" >&2
	exit 0
fi
start_database && start_redis && link_app || exit 1

export MYSQL_PWD=${MARIADB_ROOT_PASSWORD:-$(bench_config root_password root)}
host=$(bench_config db_host 127.0.0.1)
[ "$host" = localhost ] && host=127.0.0.1
server=(-u "$(bench_config root_login root)" -h "$host" -P "$(bench_config db_port 3306)")
database=rcrm_uninstall_scratch
password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')

sql() { "$client" "${server[@]}" -e "$1"; }

copy_site() {
	local source
	source=$("$bench/env/bin/python" -c "import json; print(json.load(open('$bench/sites/$site/site_config.json'))['db_name'])")
	remove_site
	sql "create database \`$database\` character set utf8mb4 collate utf8mb4_unicode_ci" || return 1
	for from in % localhost; do
		sql "create user '$database'@'$from' identified by '$password'; grant all on \`$database\`.* to '$database'@'$from'" || return 1
	done
	"$dump" "${server[@]}" --single-transaction "$source" | "$client" "${server[@]}" "$database" || return 1
	mkdir -p "$bench/sites/$scratch"/{locks,logs,public/files,private/files,private/backups}
	printf '{"db_name": "%s", "db_password": "%s", "db_type": "mariadb", "pause_scheduler": 1}\n' "$database" "$password" \
		>"$bench/sites/$scratch/site_config.json"
}

remove_site() {
	sql "drop database if exists \`$database\`; drop user if exists '$database'@'%'; drop user if exists '$database'@'localhost'"
	rm -rf "${bench:?}/sites/$scratch"
}

check() { RCRM_SITE=$scratch BENCH_DIR=$bench logged uninstall "$bench/env/bin/python" "$here/scripts/uninstall_check.py" "$@"; }
uninstall() { logged uninstall frappe_cmd --site "$scratch" uninstall-app relationship_crm --yes --no-backup "$@"; }

mkdir -p "$logs"
: >"$logs/uninstall.log"
kept=$(mktemp -d)
trap 'remove_site; rm -rf "$kept"' EXIT
say "uninstalling from a copy of $site (log: $logs/uninstall.log)"
copy_site || exit 1
check customise || exit 1 # somebody else's fields and settings, which must stay

check snapshot "$kept/installed.json" || exit 1
uninstall --dry-run || exit 1
check same "$kept/installed.json" || { echo "A DRY RUN OF UNINSTALL CHANGED THE SITE" >&2; exit 1; }

uninstall || exit 1
check absent || { echo "UNINSTALL LEFT SOMETHING BEHIND (the site's own copy)" >&2; exit 1; }
check snapshot "$kept/without.json" || exit 1

logged uninstall frappe_cmd --site "$scratch" install-app relationship_crm || exit 1
check use || exit 1 # rows in every table of ours, and stages on customers
uninstall || exit 1
check absent && check same "$kept/without.json" || { echo "UNINSTALL LEFT SOMETHING BEHIND" >&2; exit 1; }
say "uninstall leaves nothing behind"

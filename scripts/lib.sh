# Shared by the scripts that use a bench; sourced, not run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$here/build/logs

say() { echo "-- $*"; }

# The bench: BENCH_DIR, else ~/frappe-bench, else the one in whose apps/ the checkout stands. Sets $bench or fails.
find_bench() {
	local candidate
	for candidate in "${BENCH_DIR:-}" "$HOME/frappe-bench" "$(dirname "$(dirname "$here")")"; do
		if [ -n "$candidate" ] && [ -f "$candidate/sites/common_site_config.json" ] && [ -x "$candidate/env/bin/python" ]; then
			bench=$(cd "$candidate" && pwd)
			return 0
		fi
		if [ -n "${BENCH_DIR:-}" ]; then # a wrong BENCH_DIR must not end in tests on another bench
			break
		fi
	done
	return 1
}

# Why there is no bench and how to get one, after a first line in capitals.
no_bench() {
	local why="BENCH_DIR is not set, ~/frappe-bench is no bench, and this checkout does not stand in the apps/ of one."
	[ -z "${BENCH_DIR:-}" ] || why="BENCH_DIR=$BENCH_DIR is no bench: it lacks sites/common_site_config.json or env/bin/python."
	cat >&2 <<TEXT

$1
  $why
  How to get one (Debian; needs MariaDB, Redis, Node 20, Yarn, wkhtmltopdf: https://docs.frappe.io/framework/user/en/installation):
    pip install frappe-bench
    bench init --frappe-branch version-15 ~/frappe-bench
    cd ~/frappe-bench && bench get-app --branch version-15 erpnext
  Then: make test BENCH_DIR=~/frappe-bench

TEXT
}

# A key of common_site_config.json, or a default.
bench_config() {
	"$bench/env/bin/python" - "$bench/sites/common_site_config.json" "$1" "${2:-}" <<'PY'
import json, sys
path, key, otherwise = sys.argv[1:]
print(json.load(open(path)).get(key) or otherwise)
PY
}

# Runs a command with its output in a log file; shows the end of the log when it fails.
logged() {
	local log=$logs/$1.log
	shift
	mkdir -p "$logs"
	# descriptor 9 is the lock of a test run: a service started here must not keep it
	if ! "$@" >>"$log" 2>&1 </dev/null 9>&-; then
		echo "FAILED: $*" >&2
		echo "The end of $log:" >&2
		tr '\r' '\n' <"$log" | tail -n 40 >&2
		return 1
	fi
}

# Whether something listens on a port.
listens() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# Waits up to 60 s for a port.
await_port() {
	local i
	for i in $(seq 120); do
		listens "$1" "$2" && return 0
		sleep 0.5
	done
	echo "Nothing listens on $1:$2" >&2
	return 1
}

# MariaDB, started when it is stopped and local.
start_database() {
	local host port
	host=$(bench_config db_host 127.0.0.1)
	port=$(bench_config db_port 3306)
	[ "$host" = localhost ] && host=127.0.0.1
	if ! listens "$host" "$port"; then
		say "starting MariaDB"
		if ! { command -v service >/dev/null && logged mariadb service mariadb start; }; then
			command -v mysqld_safe >/dev/null || { echo "MISSING: MariaDB. sudo apt install mariadb-server" >&2; return 1; }
			nohup mysqld_safe >>"$logs/mariadb.log" 2>&1 </dev/null 9>&- &
		fi
		await_port "$host" "$port"
	fi
}

# The Redis servers of the bench, each started when its port is silent.
start_redis() {
	local kind url port
	mkdir -p "$logs" "$bench/config/pids"
	for kind in cache queue; do
		url=$(bench_config redis_$kind)
		port=${url##*:}
		port=${port%%/*}
		if [ -z "$port" ] || listens 127.0.0.1 "$port"; then
			continue
		fi
		command -v redis-server >/dev/null || { echo "MISSING: Redis. sudo apt install redis-server" >&2; return 1; }
		say "starting Redis ($kind) on port $port"
		if [ -f "$bench/config/redis_$kind.conf" ]; then
			(cd "$bench" && logged "redis_$kind" redis-server "config/redis_$kind.conf" --daemonize yes)
		else
			logged "redis_$kind" redis-server --port "$port" --daemonize yes --save ''
		fi
		await_port 127.0.0.1 "$port" || return 1
	done
}

# The checkout as the bench's app relationship_crm, installed editable with what the tests need.
link_app() {
	local app=$bench/apps/relationship_crm
	if [ "$(readlink -f "$app" 2>/dev/null)" != "$(readlink -f "$here")" ]; then
		if [ -e "$app" ] && [ ! -L "$app" ]; then
			echo "$app is a checkout of its own; run the tests from there, or move it away." >&2
			return 1
		fi
		if [ -L "$app" ]; then
			say "apps/relationship_crm pointed to $(readlink "$app"); it points to $here from now on"
		fi
		ln -sfn "$here" "$app"
	fi
	# the egg link names the checkout; another one's would test the wrong code
	if ! "$bench/env/bin/python" -c "
import pathlib, sys, relationship_crm, numpy, scipy, pytest, hypothesis
sys.exit(pathlib.Path(relationship_crm.__file__).resolve().parent.parent != pathlib.Path('$here').resolve())" >/dev/null 2>&1 </dev/null; then
		say "installing the app into the bench's Python"
		logged pip install_into_bench || return 1
	fi
	if ! grep -qx relationship_crm "$bench/sites/apps.txt"; then
		# the last line may lack its newline
		[ -z "$(tail -c1 "$bench/sites/apps.txt")" ] || echo >>"$bench/sites/apps.txt"
		echo relationship_crm >>"$bench/sites/apps.txt"
	fi
}

install_into_bench() {
	if [ -x "$bench/env/bin/pip" ]; then
		"$bench/env/bin/pip" install --editable "$here" pytest hypothesis
	else # bench with uv makes environments without pip
		uv pip install --python "$bench/env/bin/python" --editable "$here" pytest hypothesis
	fi
}

# Two test runs on one site would disturb each other: waits for the other one. Descriptor 9 holds the lock.
one_run_on() {
	mkdir -p "$bench/logs"
	exec 9>"$bench/logs/relationship_crm_tests_$1.lock"
	if command -v flock >/dev/null && ! flock --nonblock 9; then
		say "another run uses $1; waiting for it"
		flock 9
	fi
}

# A bench command of a site without the bench's own wrapper, which may not be installed.
frappe_cmd() { (cd "$bench/sites" && ../env/bin/python -m frappe.utils.bench_helper frappe "$@"); }

# Makes a site with ERPNext and this app, or migrates it when it is there. FORCE_NEW=1 rebuilds it.
ensure_site() {
	local site=$1 log=$2 password
	password=${MARIADB_ROOT_PASSWORD:-$(bench_config root_password root)}
	if [ -n "${FORCE_NEW:-}" ] && [ -d "$bench/sites/$site" ]; then
		say "dropping $site"
		logged "$log" frappe_cmd drop-site "$site" --no-backup --force --db-root-password "$password" || return 1
	fi
	if [ ! -d "$bench/sites/$site" ]; then
		say "making $site (a few minutes; log: $logs/$log.log)"
		logged "$log" frappe_cmd new-site "$site" --admin-password admin --db-root-password "$password" \
			--mariadb-user-host-login-scope='%' || return 1
	elif ! logged "$log" frappe_cmd --site "$site" list-apps; then # not a reason to wipe what may be somebody's data
		echo "$site is there and does not answer. FORCE_NEW=1 makes it anew, without what is in it." >&2
		return 1
	fi
	local app
	for app in erpnext relationship_crm; do
		if ! frappe_cmd --site "$site" list-apps 2>/dev/null </dev/null | grep -q "^$app\b"; then
			say "installing $app on $site"
			logged "$log" frappe_cmd --site "$site" install-app "$app" || return 1
			fresh=1
		fi
	done
	if [ -z "${fresh:-}" ]; then
		say "migrating $site"
		logged "$log" frappe_cmd --site "$site" migrate || return 1
	fi
}

#!/usr/bin/env bash
# Makes .venv with this app and the extras named as arguments; does nothing when it is up to date.
# `lint` stands for the linter alone, which needs no installation of the app.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
	echo "MISSING: $1. On Debian and Ubuntu: sudo apt install $2" >&2
	exit 1
}

# PYTHON chooses another interpreter, e.g. PYTHON=python3.13 make test
python=${PYTHON:-python3}
command -v "$python" >/dev/null || missing "$python" python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
	missing "Python 3.10 or newer ($python is $("$python" -V 2>&1))" "python3 (Debian 12 or newer, Ubuntu 22.04 or newer)"
"$python" -c 'import venv, ensurepip' 2>/dev/null || missing "Python's venv and ensurepip" python3-venv

if [ ! -x .venv/bin/pip ]; then
	echo "Making .venv with $("$python" -V)"
	rm -rf .venv
	"$python" -m venv .venv || missing "Python's venv" python3-venv
fi

for extra in "$@"; do
	stamp=.venv/.installed-$extra
	[ "$stamp" -nt pyproject.toml ] && continue
	echo "Installing: $extra (once)"
	if [ "$extra" = lint ]; then
		.venv/bin/pip install --quiet ruff
	else
		.venv/bin/pip install --quiet --editable ".[$extra]"
	fi
	touch "$stamp"
done

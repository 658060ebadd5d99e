#!/usr/bin/env bash
# Texts of the code into main.pot and the translations in relationship_crm/locale; says what lacks a translation.
# With --compile also for the desk of the bench found. Texts that are data are found by relationship_crm/extractors.py.
set -uo pipefail
source "$(dirname "$0")/lib.sh"

if ! find_bench; then
	no_bench "TRANSLATIONS WERE NOT UPDATED: NO BENCH."
	exit 1
fi
link_app || exit 1
frappe_cmd generate-pot-file --app relationship_crm || exit 1
frappe_cmd update-po-files --app relationship_crm || exit 1
if [ "${1:-}" = --compile ]; then
	frappe_cmd compile-po-to-mo --app relationship_crm --force || exit 1
fi
"$bench/env/bin/python" - "$here"/relationship_crm/locale/*.po <<'PY'
import sys
from pathlib import Path

from babel.messages.pofile import read_po

lacking = 0
for path in map(Path, sys.argv[1:]):
    with path.open("rb") as file:
        texts = [m.id for m in read_po(file) if m.id and (m.fuzzy or not m.string)]
    print(f"{path.name}: {len(texts)} without a translation")
    for text in texts:
        print(f"  {text}")
    lacking += len(texts)
sys.exit(bool(lacking))
PY

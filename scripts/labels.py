"""Writes relationship_crm/preview/labels.py from the DocTypes of Frappe and ERPNext in a bench, and from ours.

    python scripts/labels.py ~/frappe-bench [another bench …]

Only labels that do not simply turn into their fieldname are written.
"""

from __future__ import annotations

import json
import pprint
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from relationship_crm.preview.tables import TABLES
from relationship_crm.preview.text import scrub

HERE = Path(__file__).resolve().parent.parent
HEAD = '''"""Labels of ERPNext's fields, as exports use them. Made by scripts/labels.py; do not edit."""

from __future__ import annotations

'''


def main(benches: list[Path]) -> None:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    children: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    packages = [bench / "apps" / app / app for bench in benches for app in ("frappe", "erpnext")]
    for package in (*packages, HERE / "relationship_crm"):
        for path in sorted(package.glob("**/doctype/*/*.json")):
            if path.stem != path.parent.name:
                continue
            doctype = json.loads(path.read_text())
            name = doctype.get("name")
            if name not in TABLES:
                continue
            for field in doctype["fields"]:
                label, fieldname = field.get("label") or "", field["fieldname"]
                if field["fieldtype"] == "Table" and field["options"] in TABLES:
                    children[name][field["options"]] = (label or fieldname, fieldname)
                elif fieldname in TABLES[name] and label and scrub(label) != fieldname:
                    labels[name].setdefault(label.strip().lower(), fieldname)
    target = HERE / "relationship_crm/preview/labels.py"
    body = "#: Lower-case label -> fieldname, by DocType.\nLABELS: dict[str, dict[str, str]] = "
    body += pprint.pformat({k: dict(sorted(v.items())) for k, v in sorted(labels.items())}, width=100)
    body += "\n\n#: Child DocType -> label and fieldname of its table, by parent DocType.\n"
    body += "CHILD_TABLES: dict[str, dict[str, tuple[str, str]]] = "
    body += pprint.pformat({k: dict(sorted(v.items())) for k, v in sorted(children.items())}, width=100)
    target.write_text(HEAD + body + "\n")


if __name__ == "__main__":
    main([Path(argument).expanduser() for argument in sys.argv[1:]])

"""For files that the browser suite runs with the bench's Python on its site (the fixture `on_site`)."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "site"))  # erp, house: the site suite's documents


def main(**functions: Callable[..., Any]) -> None:
    """Runs the function the command line names, with the other words as its arguments; commits, prints its result."""
    import frappe

    bench = Path(os.environ["BENCH_DIR"])
    os.chdir(bench / "sites")
    frappe.init(os.environ["RCRM_SITE"], sites_path=str(bench / "sites"))
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True
    name, *args = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):  # what ERPNext prints is no result
        result = functions[name](*args)
        frappe.db.commit()
        frappe.destroy()
    print(json.dumps(result, default=str))

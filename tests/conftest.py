"""Shared by all suites. `tests/unit` needs no Frappe; `tests/site` and `tests/browser` say so where there is none."""

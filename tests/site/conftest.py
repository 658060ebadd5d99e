"""The site suite: real documents on a real ERPNext site, every test rolled back.

`RCRM_SITE` names a site of its own (scripts/site_tests.sh makes one), `BENCH_DIR` the bench it lives on. What takes long
and hurts nobody (companies, chart of accounts, items, stock) is made once by `house` and stays on the site.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SITE, BENCH = os.environ.get("RCRM_SITE"), Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench")
sys.path.insert(0, str(HERE))  # the helpers beside the tests: erp, arithmetic, story

if SITE:
    os.chdir(BENCH / "sites")  # Frappe writes its logs relative to here, some from the first import on

    from asking import ada, unasked  # noqa: F401  (fixtures)
    from caring import asks, people  # noqa: F401
    from clicking import clickable  # noqa: F401
    from referring import no_referrals  # noqa: F401
    from renewals import about_to_renew  # noqa: F401
    from spending import costed  # noqa: F401
    from visitors import guest, public, uncounted  # noqa: F401
    from waves import queued, quiet  # noqa: F401
else:
    print("\nSITE TESTS WERE SKIPPED: RCRM_SITE IS NOT SET (see scripts/site_tests.sh).", file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    for kind in ("DeprecationWarning", "FutureWarning"):  # of the libraries Frappe brings
        config.addinivalue_line("filterwarnings", f"ignore::{kind}")
    config.addinivalue_line("markers", "committed: works on what is committed, and takes it away again.")


def pytest_report_header() -> str:
    return f"site: {SITE or 'NONE, SITE TESTS ARE SKIPPED'}"


@pytest.fixture(scope="session")
def connection():
    """Frappe on the site, as Administrator, without mails."""
    import frappe

    frappe.init(SITE, sites_path=str(BENCH / "sites"))
    frappe.connect()
    frappe.clear_cache()  # hooks and fields of the checkout under test, not of the last one
    frappe.set_user("Administrator")
    under_test()
    yield frappe
    frappe.db.rollback()
    frappe.destroy()


@pytest.fixture(scope="session")
def house(connection):
    """The two companies and what they sell; made once, committed, found again by the next run."""
    from house import build_house

    build_house()
    connection.db.commit()
    return connection


def under_test() -> None:
    """Frappe and ERPNext are told that these are tests: what they else leave to jobs they do at once, and no mail goes out."""
    import frappe

    frappe.flags.in_test, frappe.flags.mute_emails = True, True
    if hasattr(frappe, "in_test"):  # version 16 asks here
        frappe.in_test = True


def forget() -> None:
    """Nothing a test left in memory or in Redis may outlive its rollback."""
    import frappe

    from relationship_crm.assessment.site import forget_configuration
    from relationship_crm.policies.apply import forget_policies

    frappe.db.rollback()
    frappe.set_user("Administrator")
    forget_configuration()
    forget_policies()
    frappe.cache.delete_keys("document_cache::")
    frappe.cache.delete_keys("relationship_crm_credited_revenue")
    frappe.cache.delete_value("user_permissions")
    frappe.cache.delete_value("roles")
    for kept in ("document_cache", "role_permissions", "user_perms", "new_doc_templates", "request_cache"):
        if isinstance(getattr(frappe.local, kept, None), dict):
            getattr(frappe.local, kept).clear()
    frappe.db.value_cache.clear()
    frappe.local.message_log = []
    under_test()


def prepare() -> None:
    """The bare house: no parties' rows of other suites, no stored figures, settings as they ship."""
    import frappe

    forget()
    settings = frappe.get_single("Relationship CRM Settings")
    settings.update(
        {"reporting_currency": "USD", "stage_model": "Kotler", "scoring_model": "Standard", "enabled": 1}
    )
    settings.save()
    for doctype in ("Relationship Event", "Relationship Yardstick"):
        frappe.db.delete(doctype)
    # customers somebody left on the site would be part of the population
    frappe.db.sql("update tabCustomer set is_internal_customer = 1")


@pytest.fixture(autouse=True)
def clean(house, request):
    """Every test begins with the bare house and leaves no trace.

    A test that commits begins with the site as it stands: the bare house would be committed, and until then its settings
    are locked, so that others would wait for the test to end.
    """
    forget() if request.node.get_closest_marker("committed") else prepare()
    yield
    forget()


@pytest.fixture(scope="session")
def told(house):
    """The story of test_scenario and test_replay, played once; what the app said about it, as plain data."""
    from story import tell

    prepare()
    try:
        return tell()
    finally:
        forget()

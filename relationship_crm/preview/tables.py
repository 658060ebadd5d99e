"""What a file may hold besides the ledger's own columns, and what it must hold."""

from __future__ import annotations

from relationship_crm.ledger.schema import COLUMNS

_SALES = (
    "status",
    "net_total",
    "total",
    "grand_total",
    "conversion_rate",
    "currency",
    "customer_name",
    "territory",
)
#: Columns from which columns of the ledger are worked out, with their kinds.
EXTRA: dict[str, tuple[str, ...]] = {
    "Sales Invoice": (*_SALES, "party_account_currency"),
    "POS Invoice": _SALES,
    "Sales Order": _SALES,
    "Delivery Note": ("status", "customer_name", "customer_group", "territory"),
    "Issue": ("customer_name",),
    "Payment Entry": ("status",),
    "Service Contract": ("state",),
    "Sales Order Item": ("conversion_factor",),
    "Delivery Note Item": ("conversion_factor",),
    "Sales Invoice Item": ("conversion_factor",),
}
#: Tables that are read and not kept: the receivables ledger is worked out from them.
PASSING: dict[str, dict[str, str]] = {
    "Payment Entry Reference": {
        "name": "TEXT", "parent": "TEXT", "reference_doctype": "TEXT", "reference_name": "TEXT",
        "allocated_amount": "REAL", "exchange_rate": "REAL",
    },
    "Journal Entry Account": {
        "name": "TEXT", "parent": "TEXT", "reference_type": "TEXT", "reference_name": "TEXT", "credit": "REAL",
        "credit_in_account_currency": "REAL", "exchange_rate": "REAL",
    },
}  # fmt: skip
_NUMBERS = {"net_total", "total", "grand_total", "conversion_rate", "conversion_factor"}
#: Everything a file may hold: DocType, column, kind.
TABLES: dict[str, dict[str, str]] = {
    doctype: {**{c: "REAL" if c in _NUMBERS else "TEXT" for c in EXTRA.get(doctype, ())}, **columns}
    for doctype, columns in {**COLUMNS, **PASSING}.items()
}
_NET = ("base_net_total", "net_total", "total", "base_grand_total", "grand_total")
#: Columns without which a row says nothing; of a group one is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "Sales Invoice": (("customer",), ("posting_date",), _NET),
    "POS Invoice": (("customer",), ("posting_date",), _NET),
    "Sales Order": (("customer",), ("transaction_date",), _NET),
    "Delivery Note": (("customer",), ("posting_date",)),
    "Quotation": (("party_name",), ("transaction_date",)),
    "Opportunity": (("party_name",), ("transaction_date",)),
    "Issue": (("opening_date",),),
    "Warranty Claim": (("complaint_date",),),
    "Communication": (("communication_date",), ("sent_or_received",)),
    "Event": (("starts_on",),),
    "Survey Response": (("answered_on",),),
    "Customer Referral": (("referrer",), ("referral_date",)),
    "Customer Idea": (("customer",), ("submitted_on",)),
    "Service Contract": (("customer",), ("start_date",), ("end_date",)),
    "Subscription": (("party",), ("start_date",)),
    "Payment Entry": (("posting_date",),),
    "Journal Entry": (("posting_date",),),
    "Payment Ledger Entry": (("party",), ("posting_date",), ("amount",), ("against_voucher_no",)),
    **{doctype: (("parent",),) for doctype, columns in TABLES.items() if "parent" in columns},
}

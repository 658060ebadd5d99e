"""The fields that name a contract on ERPNext's documents. `relationship_crm.custom_fields` adds them with the others."""

from __future__ import annotations

from typing import Any

Field = dict[str, Any]

FOUND, CHOSEN, NONE = "Found", "Chosen", "Not Under Contract"
CONTRACT, LINE = "relationship_contract", "relationship_contract_line"
CHOICE, AGREED, AGREED_BY = (
    "relationship_contract_choice",
    "relationship_overage_agreed",
    "relationship_overage_agreed_by",
)
NOTE = "relationship_contract_note"
#: Of a Sales Invoice's row: which charges it bills.
CHARGE = "relationship_service_charge"
#: What a visit cost; which line of a contract a row of a quotation or order renews.
VISIT_COST, RENEWED_LINE = "relationship_visit_cost", "relationship_renewed_line"
#: The agreement that the contract of an issue promises; the issue that a Help Article was made of.
SERVICE_LEVEL, ARTICLE_ISSUE = "relationship_service_level", "relationship_issue"

#: Documents that name the line themselves, by the field after which ours stand.
WHOLE = {"Issue": "description", "Warranty Claim": "resolution_details", "Maintenance Visit": "purposes"}
#: Documents whose rows name it.
WITH_ROWS = {
    "Timesheet": "time_logs",
    "Sales Order": "items",
    "Delivery Note": "items",
    "Sales Invoice": "items",
}
#: Their rows.
ROWS = {
    "Timesheet Detail": "task",
    "Sales Order Item": "project",
    "Delivery Note Item": "page_break",
    "Sales Invoice Item": "page_break",
}
#: How contract and line stand on documents: searched, and changed after submitting too.
NAMED: Field = {"search_index": 1, "allow_on_submit": 1, "print_hide": 1}
#: What is only looked at: nothing is used by it.
SHOWN_ONLY = ("Sales Order",)


def contract_fields() -> dict[str, tuple[str, list[Field]]]:
    """Custom fields by DocType, with the field after which they stand."""
    found = {doctype: (after, _head(whole=True)) for doctype, after in WHOLE.items()}
    found |= {doctype: (after, _head(whole=False)) for doctype, after in WITH_ROWS.items()}
    return found | {doctype: (after, _row()) for doctype, after in ROWS.items()}


def service_fields() -> dict[str, tuple[str, list[Field]]]:
    """What service needs besides, as `contract_fields`."""
    kept: Field = {"fieldtype": "Link", "read_only": 1, "no_copy": 1, "print_hide": 1}
    level: Field = {"fieldname": SERVICE_LEVEL, "options": "Service Level Agreement", "hidden": 1}
    issue: Field = {
        "fieldname": ARTICLE_ISSUE,
        "options": "Issue",
        "label": "Made of Issue",
        "search_index": 1,
    }
    return {
        "Issue": (
            "service_level_agreement",
            [{**kept, **level, "label": "Service Level of the Contract", "ignore_user_permissions": 1}],
        ),
        "Help Article": (
            "level",
            [{**kept, **issue, "depends_on": f"eval:doc.{ARTICLE_ISSUE}", "ignore_user_permissions": 1}],
        ),
    }


def renewal_fields() -> dict[str, tuple[str, list[Field]]]:
    """What renewals and what contracts earn need besides, as `contract_fields`."""
    cost: Field = {
        "fieldname": VISIT_COST,
        "fieldtype": "Currency",
        "options": "Company:company:default_currency",
        "label": "Cost of the Visit",
        "description": "Travel and the like. Empty: the usual cost from Relationship CRM Settings.",
        "allow_on_submit": 1,
        "no_copy": 1,
        "non_negative": 1,
        "print_hide": 1,
        "depends_on": f"eval:doc.{CONTRACT}",
    }
    renewed: Field = {
        "fieldname": RENEWED_LINE,
        "fieldtype": "Data",
        "label": "Renews Promise",
        "hidden": 1,
        "print_hide": 1,
        "read_only": 1,
    }
    return {
        "Maintenance Visit": (AGREED_BY, [cost]),
        "Quotation Item": ("page_break", [renewed]),
        "Sales Order Item": ("page_break", [renewed]),
    }


def billing_fields() -> dict[str, tuple[str, list[Field]]]:
    """Which charges an invoice's row bills. An amendment takes it over, a copy does not."""
    charge: Field = {
        "fieldname": CHARGE,
        "fieldtype": "Data",
        "label": "Service Charge",
        "hidden": 1,
        "no_copy": 1,
        "print_hide": 1,
        "read_only": 1,
        "report_hide": 1,
    }
    return {"Sales Invoice Item": (CONTRACT, [charge])}


def _head(whole: bool) -> list[Field]:
    """Contract, how it was chosen, and what there is to say about it."""
    shown = f"eval:doc.{CONTRACT} || doc.{NOTE} || doc.{CHOICE}=='{NONE}' || doc.__under_contract"
    return [
        {
            "fieldname": f"{CONTRACT}_section",
            "fieldtype": "Section Break",
            "label": "Service Contract",
            # customers without a contract are not bothered
            "depends_on": shown,
        },
        {**_link(), "depends_on": f"eval:doc.{CHOICE}!='{NONE}'"},
        *([{**_line(), "depends_on": f"eval:doc.{CHOICE}!='{NONE}'"}] if whole else []),
        {
            "fieldname": CHOICE,
            "fieldtype": "Select",
            "label": "Contract Was",
            "options": f"\n{FOUND}\n{CHOSEN}\n{NONE}",
            "allow_on_submit": 1,
            "print_hide": 1,
            "length": 40,
        },
        {"fieldname": f"{CONTRACT}_column", "fieldtype": "Column Break"},
        {
            "fieldname": NOTE,
            "fieldtype": "Small Text",
            "label": "Under Contract",
            "read_only": 1,
            "no_copy": 1,
            "allow_on_submit": 1,
            "print_hide": 1,
        },
        {
            "fieldname": AGREED,
            "fieldtype": "Check",
            "label": "Use Beyond the Contract Is Agreed",
            "description": "For a manager, or the contract's account manager.",
            "no_copy": 1,
            "allow_on_submit": 1,
            "print_hide": 1,
        },
        {
            "fieldname": AGREED_BY,
            "fieldtype": "Data",
            "label": "Agreed By",
            "read_only": 1,
            "no_copy": 1,
            "allow_on_submit": 1,
            "print_hide": 1,
            "depends_on": f"eval:doc.{AGREED_BY}",
        },
    ]


def _row() -> list[Field]:
    """Contract and line of a row."""
    section: Field = {
        "fieldname": f"{CONTRACT}_section",
        "fieldtype": "Section Break",
        "label": "Service Contract",
        "collapsible": 1,
        "collapsible_depends_on": f"eval:doc.{LINE}",
    }
    column: Field = {"fieldname": f"{CONTRACT}_column", "fieldtype": "Column Break"}
    # a link would be looked up row by row, at every save
    contract: Field = {
        "fieldname": CONTRACT,
        "fieldtype": "Data",
        "label": "Service Contract",
        "read_only": 1,
    }
    return [section, _line(), column, {**contract, **NAMED}]


def _link() -> Field:
    return {
        "fieldname": CONTRACT,
        "fieldtype": "Link",
        "options": "Service Contract",
        "label": "Service Contract",
        **NAMED,
    }


def _line() -> Field:
    return {"fieldname": LINE, "fieldtype": "Autocomplete", "label": "Promise", **NAMED}

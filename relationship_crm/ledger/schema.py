"""The part of ERPNext's tables that the app reads, so that SQLite can hold it: preview and unit tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

_WHOLE = """docstatus idx month n lft rgt is_group is_return is_debit_note is_consolidated is_internal_customer
    update_stock skip_delivery_note delivered_by_supplier is_stock_item is_system_generated delinked disabled revoked
    anonymous answered testimonial_consent not_customers_choice renewal_months outcome_days is_cancelled"""
_NUMBERS = """per_delivered per_billed qty stock_qty delivered_qty base_net_total base_grand_total base_net_amount amount
    amount_in_account_currency outstanding_amount value allocated_percentage
    allocated_amount debit credit yearly_value"""
_TYPES = {**dict.fromkeys(_WHOLE.split(), "INTEGER"), **dict.fromkeys(_NUMBERS.split(), "REAL")}
_DOCUMENT = "name creation modified docstatus"
_CHILD = "name parent parenttype docstatus idx"
_INVOICE = """customer customer_group company posting_date base_net_total base_grand_total is_return return_against
    is_opening"""

_TABLES: dict[str, str] = {
    "Company": f"{_DOCUMENT} company_name default_currency",
    "Customer Group": f"{_DOCUMENT} parent_customer_group lft rgt is_group",
    "Territory": f"{_DOCUMENT} parent_territory lft rgt is_group",
    "POS Profile": f"{_DOCUMENT} customer disabled",
    "Customer": f"""{_DOCUMENT} customer_name customer_group territory account_manager disabled is_internal_customer
        lead_name prospect_name opportunity_name relationship_referred_by""",
    "Lead": f"""{_DOCUMENT} lead_name company_name status customer territory relationship_referred_by""",
    "Prospect": f"{_DOCUMENT} company_name customer_group territory",
    "Prospect Lead": f"{_CHILD} lead",
    "Opportunity": f"{_DOCUMENT} opportunity_from party_name transaction_date status company",
    "Quotation": f"{_DOCUMENT} quotation_to party_name transaction_date valid_till status company base_net_total",
    "Sales Order": f"""{_DOCUMENT} customer customer_group company transaction_date delivery_date status per_delivered
        per_billed skip_delivery_note is_internal_customer amended_from base_net_total base_grand_total""",
    "Sales Order Item": f"""{_CHILD} item_code item_group qty stock_qty delivered_qty delivery_date
        relationship_promised_date delivered_by_supplier is_stock_item prevdoc_docname base_net_amount""",
    "Sales Team": f"{_CHILD} sales_person allocated_percentage",
    "Delivery Note": f"""{_DOCUMENT} customer company posting_date is_return return_against is_internal_customer""",
    "Delivery Note Item": f"{_CHILD} item_code item_group qty stock_qty so_detail against_sales_order base_net_amount",
    "Sales Invoice": f"""{_DOCUMENT} {_INVOICE} due_date is_debit_note is_consolidated is_internal_customer update_stock
        outstanding_amount subscription""",
    "Sales Invoice Item": f"""{_CHILD} item_code item_group qty stock_qty so_detail sales_order base_net_amount""",
    "POS Invoice": f"{_DOCUMENT} {_INVOICE} consolidated_invoice",
    "POS Invoice Item": f"{_CHILD} item_code item_group qty stock_qty base_net_amount",
    "Payment Entry": f"{_DOCUMENT} party_type party company posting_date payment_type",
    "Payment Entry Reference": f"{_CHILD} reference_doctype reference_name allocated_amount",
    "Journal Entry": f"{_DOCUMENT} company posting_date voucher_type is_system_generated",
    "Journal Entry Account": f"{_CHILD} party_type party reference_type reference_name debit credit",
    "Payment Ledger Entry": f"""{_DOCUMENT} company party_type party account_type posting_date due_date voucher_type
        voucher_no against_voucher_type against_voucher_no amount amount_in_account_currency delinked""",
    "Issue": f"""{_DOCUMENT} customer status opening_date response_by first_responded_on sla_resolution_by
        sla_resolution_date service_level_agreement""",
    "Version": f"{_DOCUMENT} ref_doctype docname data",
    "Warranty Claim": f"{_DOCUMENT} customer status complaint_date",
    "Communication": f"""{_DOCUMENT} communication_type communication_medium sent_or_received communication_date
        reference_doctype reference_name sender user relationship_tone relationship_tone_about relationship_tone_on""",
    "Communication Link": f"{_CHILD} link_doctype link_name communication_date",
    "Event": f"{_DOCUMENT} status starts_on event_category",
    "Event Participants": f"{_CHILD} reference_doctype reference_docname attending",
    "Survey Response": f"""{_DOCUMENT} party_type party customer answered_on anonymous testimonial_consent
        testimonial_consent_on""",
    "Survey Answer": f"{_CHILD} kind dimension answered value",
    "Customer Referral": f"{_DOCUMENT} referrer referral_date referred_lead referred_customer",
    "Customer Idea": f"{_DOCUMENT} customer submitted_on status realised_on",
    "Service Contract": f"""{_DOCUMENT} customer customer_name company currency start_date end_date notice_date renewal
        renewal_months yearly_value subscription renewed_from renewed_on renewal_entered_on renewed_into decided_on
        not_renewed_reason terminated_on terminated_per termination_reason ending_entered_on""",
    "Contract Ending Reason": "name creation modified not_customers_choice",
    "Subscription": f"{_DOCUMENT} party_type party start_date cancelation_date",
    "Relationship Campaign": f"{_DOCUMENT} title kind company start_date end_date outcome_days project",
    "Relationship Campaign Cost": f"{_CHILD} description item_code account cost_date amount",
    "Campaign Member": f"{_DOCUMENT} campaign arm party_type party customer stage_name assigned_on",
    "Campaign Touch": f"""{_DOCUMENT} campaign activity channel status touched_on party_type party customer stage_name
        attendance""",
    "Campaign Response": f"""{_DOCUMENT} campaign activity touch response source responded_on party_type party customer
        stage_name""",
    "GL Entry": f"{_DOCUMENT} company posting_date account debit credit project is_cancelled",
    "Relationship": f"{_DOCUMENT} party_type party customer lead prospect",
    "Relationship Override": f"""{_DOCUMENT} relationship kind from_date until_date revoked revoked_on""",
    "Relationship Yardstick": "name kind segment month value",
}


#: Columns by DocType with their SQLite types; dates and datetimes are ISO text.
COLUMNS: dict[str, dict[str, str]] = {
    doctype: {column: _TYPES.get(column, "TEXT") for column in columns.split()}
    for doctype, columns in _TABLES.items()
}

#: What rows are looked up by, besides their name.
INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ("Sales Order", "Delivery Note", "Sales Invoice", "POS Invoice", "Issue", "Warranty Claim"),
        (("customer",),),
    ),
    "Customer": (("lead_name",), ("prospect_name",), ("relationship_referred_by",)),
    "Lead": (("relationship_referred_by",),),
    "Prospect Lead": (("parent",), ("lead",)),
    "Opportunity": (("party_name",),),
    "Quotation": (("party_name",),),
    "Sales Order Item": (("parent",), ("prevdoc_docname",)),
    "Sales Team": (("parent",),),
    "Delivery Note Item": (("parent",), ("so_detail",)),
    "Sales Invoice Item": (("parent",), ("so_detail",)),
    "POS Invoice Item": (("parent",),),
    "Payment Ledger Entry": (("party",), ("against_voucher_no",)),
    "Version": (("ref_doctype", "docname"),),
    "Communication": (("reference_doctype", "reference_name", "communication_date"),),
    "Communication Link": (("link_doctype", "link_name", "communication_date"), ("parent",)),
    "Event Participants": (("reference_doctype", "reference_docname"), ("parent",)),
    "Survey Response": (("party",), ("customer",)),
    "Survey Answer": (("parent",),),
    "Customer Referral": (("referrer",), ("referred_customer",), ("referred_lead",)),
    "Customer Idea": (("customer",),),
    "Service Contract": (("customer",), ("subscription",)),
    "Subscription": (("party",),),
    "Campaign Touch": (("party",), ("campaign",)),
    "Campaign Response": (("party",), ("campaign",)),
    "Relationship": (("customer",), ("lead",), ("prospect",)),
    "Relationship Override": (("relationship",),),
    "Relationship Yardstick": (("kind", "month", "segment"),),
}


def create_tables(connection: sqlite3.Connection, doctypes: Iterable[str] | None = None) -> None:
    """Create the tables of these DocTypes, of all where none are named, and of what the app itself keeps."""
    wanted = set(COLUMNS) if doctypes is None else {*doctypes, "Relationship Yardstick"}
    for doctype in COLUMNS:
        if doctype not in wanted:
            continue
        kinds = COLUMNS[doctype]
        columns = ", ".join(
            f'"{column}" {kind}' + (" PRIMARY KEY" if column == "name" else "")
            for column, kind in kinds.items()
        )
        connection.execute(f'CREATE TABLE "tab{doctype}" ({columns})')
        for i, index in enumerate(INDEXES.get(doctype, ())):
            names = ", ".join(f'"{column}"' for column in index)
            connection.execute(f'CREATE INDEX "{doctype} {i}" ON "tab{doctype}" ({names})')

"""Labels of ERPNext's fields, as exports use them. Made by scripts/labels.py; do not edit."""

from __future__ import annotations

#: Lower-case label -> fieldname, by DocType.
LABELS: dict[str, dict[str, str]] = {
    "Communication": {
        "date": "communication_date",
        "from": "sender",
        "reference document type": "reference_doctype",
        "type": "communication_medium",
    },
    "Company": {"company": "company_name"},
    "Customer": {
        "from lead": "lead_name",
        "from opportunity": "opportunity_name",
        "from prospect": "prospect_name",
    },
    "Customer Referral": {
        "recommended by": "referrer",
        "recommended customer": "referred_customer",
        "recommended lead": "referred_lead",
        "recommended on": "referral_date",
    },
    "Delivery Note": {"date": "posting_date", "return against delivery note": "return_against"},
    "Delivery Note Item": {
        "against sales order item": "so_detail",
        "net amount (company currency)": "base_net_amount",
        "qty in stock uom": "stock_qty",
        "quantity": "qty",
        "uom conversion factor": "conversion_factor",
    },
    "Event Participants": {
        "reference document type": "reference_doctype",
        "reference name": "reference_docname",
    },
    "Issue": {"resolution by": "sla_resolution_by", "resolution date": "sla_resolution_date"},
    "Journal Entry": {"entry type": "voucher_type"},
    "Journal Entry Account": {"credit": "credit_in_account_currency", "credit in company currency": "credit"},
    "Lead": {"from customer": "customer", "full name": "lead_name", "organization name": "company_name"},
    "Opportunity": {"opportunity date": "transaction_date", "party": "party_name"},
    "POS Invoice": {
        "consolidated sales invoice": "consolidated_invoice",
        "date": "posting_date",
        "exchange rate": "conversion_rate",
        "grand total (company currency)": "base_grand_total",
        "is opening entry": "is_opening",
        "is return (credit note)": "is_return",
        "net total (company currency)": "base_net_total",
    },
    "POS Invoice Item": {
        "item": "item_code",
        "net amount (company currency)": "base_net_amount",
        "qty as per stock uom": "stock_qty",
        "quantity": "qty",
    },
    "Payment Entry Reference": {
        "allocated": "allocated_amount",
        "name": "reference_name",
        "type": "reference_doctype",
    },
    "Quotation": {
        "date": "transaction_date",
        "net total (company currency)": "base_net_total",
        "party": "party_name",
    },
    "Relationship Override": {"from": "from_date", "until": "until_date"},
    "Sales Invoice": {
        "date": "posting_date",
        "exchange rate": "conversion_rate",
        "grand total (company currency)": "base_grand_total",
        "is opening entry": "is_opening",
        "is rate adjustment entry (debit note)": "is_debit_note",
        "is return (credit note)": "is_return",
        "net total (company currency)": "base_net_total",
        "payment due date": "due_date",
    },
    "Sales Invoice Item": {
        "item": "item_code",
        "net amount (company currency)": "base_net_amount",
        "qty as per stock uom": "stock_qty",
        "quantity": "qty",
        "sales order item": "so_detail",
        "uom conversion factor": "conversion_factor",
    },
    "Sales Order": {
        "%  delivered": "per_delivered",
        "% amount billed": "per_billed",
        "date": "transaction_date",
        "exchange rate": "conversion_rate",
        "grand total (company currency)": "base_grand_total",
        "net total (company currency)": "base_net_total",
    },
    "Sales Order Item": {
        "net amount (company currency)": "base_net_amount",
        "qty as per stock uom": "stock_qty",
        "quantity": "qty",
        "quotation": "prevdoc_docname",
        "supplier delivers to customer": "delivered_by_supplier",
        "uom conversion factor": "conversion_factor",
    },
    "Sales Team": {"contribution (%)": "allocated_percentage"},
    "Survey Answer": {"scaled answer given": "answered"},
    "Survey Response": {
        "agreed on": "testimonial_consent_on",
        "customer agrees to its use": "testimonial_consent",
    },
    "Version": {"doctype": "ref_doctype", "document name": "docname"},
    "Warranty Claim": {"issue date": "complaint_date"},
}

#: Child DocType -> label and fieldname of its table, by parent DocType.
CHILD_TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "Communication": {"Communication Link": ("Timeline Links", "timeline_links")},
    "Customer": {"Sales Team": ("Sales Team", "sales_team")},
    "Delivery Note": {
        "Delivery Note Item": ("Delivery Note Item", "items"),
        "Sales Team": ("Sales Team", "sales_team"),
    },
    "Event": {"Event Participants": ("Event Participants", "event_participants")},
    "Journal Entry": {"Journal Entry Account": ("Accounting Entries", "accounts")},
    "POS Invoice": {"POS Invoice Item": ("Items", "items"), "Sales Team": ("Sales Team", "sales_team")},
    "Payment Entry": {"Payment Entry Reference": ("Payment References", "references")},
    "Prospect": {"Prospect Lead": ("leads", "leads")},
    "Sales Invoice": {
        "Sales Invoice Item": ("Items", "items"),
        "Sales Team": ("Sales Contributions and Incentives", "sales_team"),
    },
    "Sales Order": {"Sales Order Item": ("Items", "items"), "Sales Team": ("Sales Team", "sales_team")},
    "Survey Response": {"Survey Answer": ("Answers", "answers")},
}

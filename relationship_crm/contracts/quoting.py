"""The quotation that proposes the next term, and the order that accepts it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, add_months, cint, escape_html, flt, formatdate, get_link_to_form, getdate

from relationship_crm.contracts import offers, wording
from relationship_crm.contracts.chains import YEAR
from relationship_crm.contracts.fields import RENEWED_LINE
from relationship_crm.contracts.offers import Offer
from relationship_crm.contracts.renewal import CONTRACT, OPEN, PROPOSED, RENEWAL, UNDECIDED, save

QUOTATION, ORDER = "Quotation", "Sales Order"


def draft(renewal: Any) -> str:
    """Draft the quotation of an undecided renewal; its name. Prices lie as proposed, taxes come as ERPNext fills them."""
    if renewal.quotation:
        frappe.throw(_("{0} proposes it already.").format(get_link_to_form(QUOTATION, renewal.quotation)))
    contract = frappe.get_doc(CONTRACT, renewal.contract)
    doc = frappe.new_doc(QUOTATION)
    start = add_days(getdate(contract.end_date), 1)
    until = add_days(add_months(start, cint(contract.renewal_months) or YEAR), -1)
    doc.update(
        {
            "quotation_to": "Customer",
            "party_name": contract.customer,
            "company": contract.company,
            "currency": contract.currency,
            "transaction_date": getdate(),
            # where the last day of notice was missed, the contract's
            "valid_till": contract.notice_date
            if getdate(contract.notice_date) >= getdate()
            else contract.end_date,
            "contact_person": contract.contact,
            # what is ordered is work, for which nothing has to be delivered
            "order_type": "Maintenance",
            "ignore_pricing_rule": 1,
            "tc_name": contract.tc_name,
            "terms": contract.terms,
            "taxes_and_charges": contract.taxes_and_charges,
            "payment_terms_template": contract.payment_terms_template,
            "letter_head": contract.letter_head or doc.letter_head,
        }
    )
    lang = frappe.get_cached_value("Customer", contract.customer, "language") or frappe.local.lang
    for row in items(contract, flt(renewal.proposed_price), (start, until), lang):
        doc.append("items", row)
    if contract.taxes_and_charges:
        doc.append_taxes_from_master()
    doc.set_missing_values()
    doc.insert()
    save(renewal, quotation=doc.name)
    return doc.name


def items(contract: Any, proposed: float, term: tuple[date, date], lang: str) -> list[dict[str, Any]]:
    """A row for each line that has a price: so many of its billing periods, at the price of one."""
    proposal = offers.proposals([contract.name])[contract.name]
    prices = proposal.shared(proposed)
    if not prices:
        frappe.throw(_("No promise of {0} has a price.").format(get_link_to_form(CONTRACT, contract.name)))
    lines = {line.line_key: line for line in contract.lines}
    without = [line for line in contract.lines if line.line_key not in prices]
    found = []
    for offer in proposal.offers:
        line = lines[offer.promise.key]
        item = line.billing_item or line.item_code
        if not item:
            frappe.throw(_("Row {0}: name the item as which the promise is billed.").format(line.idx))
        qty, rate = quantity(offer, prices[offer.promise.key], _months_of(contract))
        found.append(
            {
                "item_code": item,
                "item_name": offer.promise.title,
                "qty": qty,
                "rate": float(rate),
                "price_list_rate": float(rate),
                "description": _description(contract, [line] if found else [line, *without], term, lang),
                RENEWED_LINE: offer.promise.key,
            }
        )
    return found


def _months_of(contract: Any) -> int:
    return cint(contract.renewal_months) or YEAR


def quantity(offer: Offer, price: Decimal, months: int) -> tuple[int, Decimal]:
    """How many billing periods a term has, and what one costs; whole ones, else the term as one."""
    periods = Fraction(months) / offer.months
    if periods.denominator == 1:
        return int(periods), price
    return 1, offers.rounded(offers.exact(price) * periods, offers.unit_of(offer.promise.head.currency))


def _description(contract: Any, lines: list[Any], term: tuple[date, date], lang: str) -> str:
    """The promises of a row and the days of the term, as HTML."""
    texts = [_("{0} to {1}", lang=lang).format(formatdate(term[0]), formatdate(term[1]))]
    for line in lines:
        words = (
            line.line_title or "",
            wording.included(line, lang),
            wording.carried(line, lang),
            wording.beyond(line, contract.currency, lang),
        )
        texts.append(escape_html(". ".join(word.rstrip(".") for word in words if word)))
    return "<br>".join(texts)


# -- accepted


def accepted_prices(renewal: Any, order: Any = None) -> dict[str, Decimal | float]:
    """Prices by line as they were accepted: of the order, else of the submitted quotation, else as proposed."""
    proposal = offers.proposals([renewal.contract])[renewal.contract]
    document = order or (renewal.quotation and frappe.get_doc(QUOTATION, renewal.quotation))
    if not document:
        return dict(proposal.shared(flt(renewal.proposed_price)))
    if document.docstatus != 1:
        frappe.throw(_("Submit {0} first.").format(get_link_to_form(document.doctype, document.name)))
    if document.currency != renewal.currency:
        frappe.throw(
            _("{0} is not in {1}.").format(
                get_link_to_form(document.doctype, document.name), renewal.currency
            )
        )
    months = cint(frappe.db.get_value(CONTRACT, renewal.contract, "renewal_months")) or YEAR
    return {
        offer.promise.key: _accepted(offer, rows, months, document)
        for offer in proposal.offers
        if (rows := [row for row in document.items if row.get(RENEWED_LINE) == offer.promise.key])
    }


def _accepted(offer: Offer, rows: list[Any], months: int, document: Any) -> Decimal:
    """The price of one billing period: what the rows of a line come to, by the periods of the term."""
    amount = sum(flt(row.net_amount if document.discount_amount else row.amount) for row in rows)
    periods = Fraction(months) / offer.months
    return offers.rounded(offers.exact(amount) / periods, offers.unit_of(offer.promise.head.currency))


# -- what happens to the quotation


def quotation_submitted(doc: Any) -> None:
    """The proposal is out. An amendment proposes what the quotation before did."""
    for name in _renewals(doc.name, doc.amended_from):
        renewal = frappe.get_doc(RENEWAL, name)
        if renewal.status in UNDECIDED:
            save(renewal, status=PROPOSED, quotation=doc.name)


def quotation_cancelled(doc: Any) -> None:
    """Nothing is proposed any more; an amendment may follow."""
    for name in _renewals(doc.name):
        renewal = frappe.get_doc(RENEWAL, name)
        if renewal.status == PROPOSED:
            save(renewal, status=OPEN)


def quotation_deleted(doc: Any) -> None:
    """Another one may be drafted."""
    for name in _renewals(doc.name):
        renewal = frappe.get_doc(RENEWAL, name)
        save(renewal, quotation=None, status=OPEN if renewal.status == PROPOSED else renewal.status)


def _renewals(*quotations: str | None) -> list[str]:
    wanted = [name for name in quotations if name]
    return frappe.get_all(RENEWAL, {"quotation": ("in", wanted)}, pluck="name", order_by="creation asc")


def ordered(doc: Any) -> list[str]:
    """Undecided renewals whose quotation a sales order was made from."""
    quotations = {row.prevdoc_docname for row in doc.items if row.get("prevdoc_docname")}
    if not quotations or not any(row.get(RENEWED_LINE) for row in doc.items):
        return []
    return frappe.get_all(
        RENEWAL,
        {"quotation": ("in", sorted(quotations)), "status": ("in", UNDECIDED)},
        pluck="name",
        order_by="creation asc",
    )

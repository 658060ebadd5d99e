"""A contract's promises in words: for its print, and for the quotation that renews it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, fmt_money, formatdate

from relationship_crm.contracts.invoice_text import number
from relationship_crm.contracts.terms import HOURS, NOTHING, QUANTITY

BILLING_PERIOD = "Billing Period"


def included(line: Any, lang: str | None = None) -> str:
    """What a line promises, e.g. "20 Hours a quarter"; empty for a fee."""
    if line.counts == NOTHING:
        return ""
    unit = (
        _(line.uom or line.counts, lang=lang)
        if line.counts in (HOURS, QUANTITY)
        else _(line.counts, lang=lang)
    )
    if cint(line.unlimited):
        return _("{0}: unlimited", lang=lang).format(unit)
    per = {
        "Month": _("{0} {1} a month", lang=lang),
        "Quarter": _("{0} {1} a quarter", lang=lang),
        "Year": _("{0} {1} a year", lang=lang),
    }.get(line.period, _("{0} {1} in all", lang=lang))
    return per.format(number(flt(line.included_qty)), unit)


def carried(line: Any, lang: str | None = None) -> str:
    """What happens to what is not used."""
    if line.counts == NOTHING or cint(line.unlimited) or line.period == "Contract":
        return ""
    texts = {
        "All": _("What is not used goes over into the following periods.", lang=lang),
        "Up To": _("Of what is not used, up to {0} goes over into the next period.", lang=lang).format(
            number(flt(line.carry_limit))
        ),
        "Next Period Only": _(
            "What is not used goes over into the next period, and lapses at its end.", lang=lang
        ),
    }
    return texts.get(line.carry_over, _("What is not used lapses at the end of the period.", lang=lang))


def beyond(line: Any, currency: str, lang: str | None = None) -> str:
    """What happens beyond the promise."""
    if line.counts == NOTHING or cint(line.unlimited):
        return ""
    if line.overage == "Free":
        return _("More is free of charge.", lang=lang)
    if line.overage == "Stop":
        return _("More is not included.", lang=lang)
    if not flt(line.overage_rate):
        return _("More by agreement.", lang=lang)
    rate = fmt_money(flt(line.overage_rate), currency=currency)
    if line.overage == "Ask":
        return _("More by agreement, at {0} each.", lang=lang).format(rate)
    return _("More at {0} each.", lang=lang).format(rate)


def price(line: Any, currency: str, billing_period: str, lang: str | None = None) -> str:
    """A line's price with what it is for; empty without one."""
    if not flt(line.price):
        return ""
    per = billing_period if line.price_per in (None, "", BILLING_PERIOD) else line.price_per
    texts = {
        "Month": _("{0} a month", lang=lang),
        "Quarter": _("{0} a quarter", lang=lang),
        "Half Year": _("{0} a half-year", lang=lang),
        "Year": _("{0} a year", lang=lang),
    }
    return texts.get(per, _("{0} in all", lang=lang)).format(fmt_money(flt(line.price), currency=currency))


def life(line: Any, lang: str | None = None) -> str:
    """When a line is in force, where that is not the contract's whole life."""
    if line.start_date and line.end_date:
        return _("From {0} to {1}.", lang=lang).format(formatdate(line.start_date), formatdate(line.end_date))
    if line.start_date:
        return _("From {0}.", lang=lang).format(formatdate(line.start_date))
    return _("Until {0}.", lang=lang).format(formatdate(line.end_date)) if line.end_date else ""


def promises(contract: Any, lang: str | None = None) -> list[dict[str, str]]:
    """Every line of a contract in words: title, included, terms, price. For print formats; escaped where they are shown."""
    return [
        {
            "title": line.line_title or line.item_code or _(line.counts, lang=lang),
            "included": included(line, lang),
            "terms": " ".join(
                filter(None, (carried(line, lang), beyond(line, contract.currency, lang), life(line, lang)))
            ),
            "price": price(line, contract.currency, contract.billing_period, lang),
        }
        for line in contract.lines
    ]


def adjustment(contract: Any, lang: str | None = None) -> str:
    """How the prices change at anniversaries."""
    if contract.price_adjustment == "Fixed Percent":
        return _("Prices rise by {0} % at each anniversary.", lang=lang).format(
            number(flt(contract.adjustment_percent))
        )
    if contract.price_adjustment == "Index":
        return _("Prices follow the index {0} at each anniversary.", lang=lang).format(contract.price_index)
    return _("Prices do not change during the term.", lang=lang)


def renewal(contract: Any, lang: str | None = None) -> str:
    """How the contract goes on after its end."""
    months = cint(contract.renewal_months)
    if contract.renewal == "Renews Automatically":
        return _("Renewed for another {0} months unless notice is given by {1}.", lang=lang).format(
            months, formatdate(contract.notice_date)
        )
    if contract.renewal == "By Proposal":
        return _("Ends on {0} unless both sides renew it.", lang=lang).format(formatdate(contract.end_date))
    return _("Ends on {0}.", lang=lang).format(formatdate(contract.end_date))


def billing(contract: Any, lang: str | None = None) -> str:
    """How the contract is charged."""
    if contract.billing == "Not Billed":
        return ""
    advance = cint(contract.billing_in_advance)
    texts = {
        "Month": (_("Charged monthly in advance.", lang=lang), _("Charged monthly in arrears.", lang=lang)),
        "Quarter": (
            _("Charged quarterly in advance.", lang=lang),
            _("Charged quarterly in arrears.", lang=lang),
        ),
        "Half Year": (
            _("Charged half-yearly in advance.", lang=lang),
            _("Charged half-yearly in arrears.", lang=lang),
        ),
        "Year": (_("Charged yearly in advance.", lang=lang), _("Charged yearly in arrears.", lang=lang)),
    }
    once = (_("Charged once, at the beginning.", lang=lang), _("Charged once, at the end.", lang=lang))
    return texts.get(contract.billing_period, once)[0 if advance else 1]


def address(doctype: str, name: str) -> str:
    """The default address of a customer or company as HTML, by the address template; empty without one."""
    from frappe.contacts.doctype.address.address import get_address_display, get_default_address

    found = get_default_address(doctype, name)
    return get_address_display(frappe.get_doc("Address", found).as_dict()) or "" if found else ""


def contract_words(contract: Any) -> frappe._dict:
    """All of it for the print format."""
    return frappe._dict(
        promises=promises(contract),
        billing=billing(contract),
        adjustment=adjustment(contract),
        renewal=renewal(contract),
        customer_address=address("Customer", contract.customer),
        company_address=address("Company", contract.company),
    )

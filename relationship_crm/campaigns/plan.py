"""Whether the plan of a campaign makes sense: dates, what its cost is booked on, the lines of its plan, its lists."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import flt, formatdate, getdate

from relationship_crm.campaigns import bases, budget
from relationship_crm.campaigns.bases import CAMPAIGN, COST_CENTER, DIMENSION, PROJECT
from relationship_crm.contracts.billing import rounded

if TYPE_CHECKING:
    from frappe.model.document import Document

PLANNED, RUNNING, COMPLETED, CANCELLED = "Planned", "Running", "Completed", "Cancelled"
OPEN, FAILED = "Open", "Failed"
#: What the lot was drawn by: it stays as it was.
DRAWN_BY = ("company", "with_control_group", "control_share", "is_template")
#: Fields of each basis; those of the others are emptied.
OF_A_BASIS = {
    PROJECT: ("project",),
    COST_CENTER: ("cost_center",),
    DIMENSION: ("accounting_dimension", "dimension_doctype", "dimension_value"),
}
LINE = ("item_code", "account", "hours", "cost_date", "amount")


def validate(doc: Document) -> None:
    """Everything that belongs to the record itself. Raises frappe.ValidationError in the user's words."""
    dates(doc)
    doc.currency = frappe.get_cached_value("Company", doc.company, "default_currency")
    basis(doc)
    lines(doc)
    lists(doc)
    frozen(doc)
    if not doc.is_template and doc.status in (PLANNED, RUNNING) and plan_changed(doc):
        budget.check(doc)
    told(doc)


def dates(doc: Document) -> None:
    """A campaign begins before it ends."""
    doc.title = (doc.title or "").strip()
    if getdate(doc.start_date) > getdate(doc.end_date):
        frappe.throw(_("The campaign ends on {0}, before it starts.").format(formatdate(doc.end_date)))


def basis(doc: Document) -> None:
    """What the cost is booked on belongs to the company and fits the kind of basis."""
    for kind, fields in OF_A_BASIS.items():
        if kind != doc.cost_basis:
            doc.update(dict.fromkeys(fields))
    for field, doctype in (("project", PROJECT), ("cost_center", COST_CENTER)):
        _of_company(doc, doctype, doc.get(field))
    if doc.cost_basis == DIMENSION:
        _dimension(doc)


def _of_company(doc: Document, doctype: str, name: str | None) -> None:
    if name and frappe.db.get_value(doctype, name, "company") != doc.company:
        frappe.throw(_("{0} {1} belongs to another company.").format(_(doctype), name))


def _dimension(doc: Document) -> None:
    if not doc.accounting_dimension:
        frappe.throw(_("Choose the accounting dimension that the cost is booked on."))
    doc.dimension_doctype = frappe.db.get_value(DIMENSION, doc.accounting_dimension, "document_type")
    if doc.dimension_doctype == CAMPAIGN:
        doc.dimension_value = None
    if not bases.dimension_columns([doc.accounting_dimension]):
        frappe.throw(
            _("The general ledger has no column for {0} yet: ERPNext adds it in the background.").format(
                doc.accounting_dimension
            )
        )


def lines(doc: Document) -> None:
    """Each line of the plan says what it is for, once; together they are the planned cost."""
    seen: dict[tuple, int] = {}
    unit = Decimal(1).scaleb(-(doc.precision("planned_cost") or 2))
    total = Decimal(0)
    for row in doc.cost_plan:
        if row.hours:
            row.item_code = row.account = None
        elif not row.item_code and not row.account:
            frappe.throw(
                _("Cost plan, row {0}: choose an item or an account, or own hours.").format(row.idx)
                + " "
                + _("Nothing that is booked would belong to it otherwise.")
            )
        if row.account:
            _account(doc, row)
        key = (bool(row.hours), row.item_code or "", row.account or "", getdate(row.cost_date))
        if key in seen:
            frappe.throw(
                _("Cost plan, rows {0} and {1} are for the same on the same day. Make one of them.").format(
                    seen[key], row.idx
                )
            )
        seen[key] = row.idx
        row.amount = float(rounded(row.amount or 0, unit))
        total += rounded(row.amount, unit)
    doc.planned_cost = flt(total)


def _account(doc: Document, row: Any) -> None:
    account = frappe.get_cached_value(
        "Account", row.account, ["company", "is_group", "root_type"], as_dict=True
    )
    said = None
    if account.company != doc.company:
        said = _("account {0} belongs to another company.")
    elif account.is_group:
        said = _("{0} is a group; choose one of its accounts.")
    elif account.root_type != "Expense":
        said = _("{0} is no expense account.")
    if said:
        frappe.throw(_("Cost plan, row {0}:").format(row.idx) + " " + said.format(row.account))


def lists(doc: Document) -> None:
    """Lists and stages stand there once; the control group leaves somebody on both sides."""
    for field, column in (("lists", "target_list"), ("stages", "stage")):
        names = [row.get(column) for row in doc.get(field)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            frappe.throw(_("{0} is there twice.").format(frappe.bold(twice)))
    if doc.with_control_group and not 0 < flt(doc.control_share) < 100:
        frappe.throw(_("The share left out has to be more than 0 % and less than 100 %."))


def frozen(doc: Document) -> None:
    """Nobody changes afterwards what people were drawn by; templates have no people."""
    before = doc.get_doc_before_save()
    if not before or before.members_status in (OPEN, FAILED, "", None):
        return
    changed = [field for field in DRAWN_BY if doc.has_value_changed(field)]
    rows = [
        ([(row.target_list, row.effect) for row in one.lists], sorted(row.stage for row in one.stages))
        for one in (before, doc)
    ]
    if changed or rows[0] != rows[1]:
        label = doc.meta.get_label(changed[0] if changed else "lists")
        frappe.throw(
            _("{0} cannot be changed any more: the list of this campaign is frozen.").format(
                frappe.bold(_(label))
            )
        )


def plan_changed(doc: Document) -> bool:
    """Whether the plan or its basis is another than what is stored."""
    before = doc.get_doc_before_save()
    if not before:
        return True
    fields = ("company", "cost_basis", *(field for fields in OF_A_BASIS.values() for field in fields))
    if any(doc.get(field) != before.get(field) for field in fields):
        return True
    return _lines(doc) != _lines(before)


def _lines(doc: Document) -> list[tuple]:
    return [
        tuple(getdate(row.cost_date) if field == "cost_date" else row.get(field) or None for field in LINE)
        for row in doc.cost_plan
    ]


def told(doc: Document) -> None:
    """What is allowed, but makes figures of several campaigns overlap."""
    if doc.is_template:
        return
    column = bases.of(doc).column
    basis = column if column in ("project", "cost_center") else "dimension_value"
    for field, said in (
        (basis, _("{0} is also the basis of {1}. Its cost counts in full for each of them.")),
        (
            "erpnext_campaign",
            _("{0} also belongs to {1}. Documents that name it are responses to each of them."),
        ),
    ):
        if doc.get(field) and doc.has_value_changed(field) and (others := _others(doc, field)):
            value = frappe.bold(frappe.utils.escape_html(doc.get(field)))
            frappe.msgprint(said.format(value, others), indicator="orange", alert=True)


def _others(doc: Document, field: str) -> str:
    """Other campaigns with the same value, for a message."""
    wanted = {field: doc.get(field), "name": ["!=", doc.name or ""], "is_template": 0}
    if field != "erpnext_campaign":
        wanted.update({"company": doc.company, "cost_basis": doc.cost_basis})
    rows = frappe.get_all(
        CAMPAIGN,
        filters={**wanted, "status": ["!=", CANCELLED]},
        fields=["title", "name"],
        order_by="name asc",
        limit=3,
    )
    return ", ".join(frappe.utils.escape_html(f"{row.title} ({row.name})") for row in rows)

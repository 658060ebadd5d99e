"""A large and consistent selling history on a site: 10,000 customers with 100,000 invoices over three years.

Deals are drawn with numpy by behaviour profiles, staged as two narrow tables (deals and their lines), and every
document follows from them by one INSERT … SELECT (see bulk.py). Orders, deliveries, invoices, returns, payments and the
receivables ledger agree with each other; `--check` proves it. The profile is kept in Customer.customer_details.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from bulk import LINE_NET, LINE_RATE, NET, PEOPLE, Bulk, sales_persons, same, wipe
from common import arguments, connect, ensure_company, forget_assessments, show

YEARS = 3
TABLES = (
    *("Customer", "Sales Order", "Sales Order Item", "Sales Team", "Delivery Note", "Delivery Note Item"),
    *(
        "Sales Invoice",
        "Sales Invoice Item",
        "Payment Entry",
        "Payment Entry Reference",
        "Payment Ledger Entry",
    ),
    *("Issue", "Communication", "Communication Link"),
)


@dataclass(frozen=True)
class Profile:
    """How customers of a kind behave."""

    share: float  # of all customers
    rate: float  # deals a year
    alive: float  # how much of the time since the first deal they go on buying
    late: float  # mean days after the due date
    punctual: float  # share of deliveries on the promised day
    returned: float  # share of invoices of which a part comes back
    issues: float  # a year
    messages: float  # a year
    answers: float  # share of messages answered


PROFILES = {
    "champion": Profile(0.06, 30, 1.0, -3, 0.97, 0.005, 0.3, 8, 0.8),
    "loyal": Profile(0.16, 13, 1.0, 1, 0.94, 0.01, 0.6, 4, 0.6),
    "regular": Profile(0.30, 5, 1.0, 6, 0.90, 0.02, 0.6, 2, 0.45),
    "slipping": Profile(0.15, 6, 0.75, 18, 0.75, 0.06, 1.8, 1, 0.25),
    "lost": Profile(0.14, 5, 0.35, 10, 0.80, 0.04, 1.5, 0.5, 0.1),
    "one-off": Profile(0.15, 0.4, 1.0, 6, 0.90, 0.03, 0.3, 0.3, 0.2),
    "prospect": Profile(0.04, 0.0, 1.0, 0, 0.90, 0.0, 0.0, 1, 0.3),
}


class Draw:
    """Random numbers of one book, and its calendar as days before today."""

    def __init__(self, customers: int, invoices: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.today = np.datetime64("today", "D")
        self.profile = self.rng.choice(len(PROFILES), customers, p=[p.share for p in PROFILES.values()])
        self.since = self.today - (YEARS * 365 * (1 - self.rng.random(customers) ** 1.5)).astype(int) - 30
        self.span = np.maximum((self.of("alive") * self.days(self.today - self.since)).astype(int), 30)
        wish = self.of("rate") * self.span
        self.invoices = self.rng.choice(customers, invoices, p=wish / wish.sum())

    @staticmethod
    def days(delta: np.ndarray) -> np.ndarray:
        """Whole days of a time span."""
        return delta.astype("timedelta64[D]").astype(int)

    def of(self, field: str, customer: np.ndarray | None = None) -> np.ndarray:
        """A field of the profile of each customer."""
        values = np.array([getattr(p, field) for p in PROFILES.values()])[self.profile]
        return values if customer is None else values[customer]

    def hit(self, chance: np.ndarray | float, count: int) -> np.ndarray:
        """Which of `count` things happen, each with its chance."""
        return self.rng.random(count) < chance

    def sometime(self, customer: np.ndarray) -> np.ndarray:
        """A day for each while the customer was active."""
        return self.since[customer] + (self.rng.random(len(customer)) * self.span[customer]).astype(int)

    def drawn(self, field: str) -> np.ndarray:
        """Customers of things that happen so often a year."""
        return np.repeat(np.arange(len(self.profile)), self.rng.poisson(self.of(field) * self.span / 365))

    def past(self, day: np.ndarray, happened: np.ndarray | bool = True) -> list[str | None]:
        """Days as text, None for those that lie ahead or did not happen."""
        return np.where((day <= self.today) & happened, day.astype(str), None).tolist()


def stage_customers(bulk: Bulk, draw: Draw, groups: list[str], territories: list[str]) -> None:
    """One row a customer."""
    count = len(draw.profile)
    names = list(PROFILES)
    bulk.stage(
        "rb_customer",
        {
            "c": "int primary key",
            "profile": "varchar(20)",
            "since": "date",
            "customer_group": "varchar(140)",
            "territory": "varchar(140)",
        },
        zip(
            range(count),
            [names[p] for p in draw.profile],
            draw.since.astype(str).tolist(),
            draw.rng.choice(groups, count).tolist(),
            draw.rng.choice(territories, count).tolist(),
            strict=True,
        ),
    )


def stage_deals(bulk: Bulk, draw: Draw) -> None:
    """One row an invoice, with the order before and what came after; and the lines."""
    c, n = draw.invoices, len(draw.invoices)
    rng, invoiced = draw.rng, draw.sometime(draw.invoices)
    ordered = invoiced - rng.integers(4, 15, n)
    promised = ordered + 10
    punctual = draw.hit(draw.of("punctual", c), n)
    delivered = promised + np.where(punctual, -rng.integers(0, 4, n), rng.integers(1, 15, n))
    paid = np.maximum(invoiced + 30 + rng.normal(draw.of("late", c), 8).astype(int), invoiced - 2)
    share = np.where(draw.hit(0.05, n), 0.5, 1.0)
    docstatus = rng.choice([1, 0, 2], n, p=[0.97, 0.01, 0.02])
    real = docstatus == 1
    person = (c + (invoiced > draw.today - 500) * (c % 10 == 0)) % PEOPLE
    lines = rng.choice([1, 1, 2, 3], n)
    deal = np.repeat(np.arange(n), lines)
    idx = np.arange(len(deal)) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    quantity, rate = rng.integers(1, 6, len(deal)), rng.integers(20, 560, len(deal))
    total = np.bincount(deal, quantity * rate, n)
    bulk.stage(
        "rb_deal",
        {
            **{
                "n": "int primary key",
                "c": "int",
                "has_order": "int",
                "ordered": "date",
                "promised": "date",
                "delivered": "date",
            },
            **{"invoiced": "date", "paid": "date", "share": "double", "returned": "date", "docstatus": "int"},
            **{"person": "varchar(140)", "total": "double"},
        },
        zip(
            *(range(n), c.tolist(), draw.hit(0.7, n).astype(int).tolist(), ordered.astype(str).tolist()),
            *(promised.astype(str).tolist(), draw.past(delivered, real & draw.hit(0.97, n))),
            *(invoiced.astype(str).tolist(), draw.past(paid, real & draw.hit(0.95, n)), share.tolist()),
            *(draw.past(invoiced + 10, real & draw.hit(draw.of("returned", c), n)), docstatus.tolist()),
            *([f"RB Person {p}" for p in person], total.tolist()),
            strict=True,
        ),
    )
    bulk.stage(
        "rb_line",
        {"n": "int", "idx": "int", "item_group": "varchar(140)", "qty": "int", "rate": "int"},
        zip(
            deal.tolist(),
            idx.tolist(),
            rng.choice(item_groups(), len(deal)).tolist(),
            quantity.tolist(),
            rate.tolist(),
            strict=True,
        ),
    )


def item_groups() -> list[str]:
    """Item groups to sell from."""
    import frappe

    return frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="name")


def stage_contact(bulk: Bulk, draw: Draw) -> None:
    """One row an issue, and one a message."""
    for name, field in (("rb_issue", "issues"), ("rb_message", "messages")):
        c = draw.drawn(field)
        hours = draw.rng.exponential(20, len(c)).round(2)
        done = draw.hit(0.92 if field == "issues" else draw.of("answers", c), len(c))
        bulk.stage(
            name,
            {"n": "int primary key", "c": "int", "day": "date", "hours": "double", "done": "int"},
            zip(
                range(len(c)),
                c.tolist(),
                draw.sometime(c).astype(str).tolist(),
                hours.tolist(),
                done.astype(int).tolist(),
                strict=True,
            ),
        )


def key(kind: str, number: str = "n") -> str:
    """SQL of the name of a document."""
    return f"concat('RB-{kind}-', lpad({number}, 7, '0'))"


CUSTOMER = key("C", "c")


def entered(day: str, **more: str) -> dict[str, str]:
    """SQL of the moment a document was entered, on the day it is dated."""
    return {**same(("creation", "modified"), f"timestamp({day}, '10:00:00')"), "customer": CUSTOMER, **more}


def line(kind: str, parent: str, **more: str) -> dict[str, str]:
    """SQL of the columns of a line."""
    return {
        **{
            "name": f"concat('RB-{kind}-', lpad(l.n, 7, '0'), '-', l.idx)",
            "parent": key(parent, "l.n"),
            "idx": "l.idx",
        },
        **{"item_group": "l.item_group", "qty": "l.qty", "stock_qty": "l.qty", "conversion_factor": "1"},
        **same(LINE_RATE, "l.rate"),
        **same(LINE_NET, "l.qty * l.rate"),
        **more,
    }


def write_customers(bulk: Bulk) -> None:
    """Customers."""
    values = {
        "customer_name": "concat('Customer ', c)",
        "customer_details": "profile",
        "customer_group": "customer_group",
    }
    bulk.fill("Customer", "rb_customer", **entered("since", **values, territory="territory", name=CUSTOMER))


def write_deals(bulk: Bulk) -> None:
    """Orders, deliveries, invoices, returns, payments and the receivables ledger."""
    parts = {
        "customer_group": "k.customer_group",
        "territory": "k.territory",
        "customer_name": "concat('Customer ', c)",
    }
    deal = "rb_deal join rb_customer k using (c)"
    lines = "rb_line l join rb_deal d on d.n = l.n"
    net = same(NET, "total")
    came = {"per_delivered": "if(delivered is null, 0, 100)", "per_billed": "if(docstatus = 1, 100, 0)"}
    status = "case when delivered is null then 'To Deliver' else 'Completed' end"
    order = entered("ordered", **parts, **net, **came, name=key("SO"), status=status, docstatus="1")
    bulk.fill(
        "Sales Order",
        f"{deal} where has_order",
        **order,
        transaction_date="ordered",
        delivery_date="promised",
    )
    dates = {
        "delivery_date": "promised",
        "relationship_promised_date": "promised",
        "transaction_date": "ordered",
    }
    moved = {
        "delivered_qty": "if(delivered is null, 0, l.qty)",
        "billed_amt": "if(d.docstatus = 1, l.qty * l.rate, 0)",
    }
    bulk.fill(
        "Sales Order Item", f"{lines} where has_order", **line("SOI", "SO", **dates, **moved, docstatus="1")
    )
    team = {"name": key("ST"), "parent": key("SO"), "sales_person": "person", "allocated_amount": "total"}
    bulk.fill("Sales Team", "rb_deal where has_order", **team)
    note = entered(
        "delivered", **parts, **net, name=key("DN"), posting_date="delivered", status="'Completed'"
    )
    bulk.fill("Delivery Note", f"{deal} where has_order and delivered is not null", **note)
    source = {
        "against_sales_order": key("SO", "l.n"),
        "so_detail": "concat('RB-SOI-', lpad(l.n, 7, '0'), '-', l.idx)",
    }
    bulk.fill(
        "Delivery Note Item",
        f"{lines} where has_order and delivered is not null",
        **line("DNI", "DN", **source),
    )
    write_invoices(bulk, deal, lines, parts)


def write_invoices(bulk: Bulk, deal: str, lines: str, parts: dict[str, str]) -> None:
    """Invoices, returns, payments and the receivables ledger."""
    due, pay = "adddate(invoiced, 30)", "if(paid is null, 0, round(total * share, 2))"
    status = "elt(docstatus + 1, 'Draft', if(paid is null, 'Overdue', if(share < 1, 'Partly Paid', 'Paid')), 'Cancelled')"
    head = entered(
        "invoiced", **parts, **same(NET, "total"), name=key("SI"), posting_date="invoiced", due_date=due
    )
    bulk.fill(
        "Sales Invoice",
        deal,
        **head,
        docstatus="docstatus",
        status=status,
        outstanding_amount=f"total - {pay}",
    )
    linked = {"sales_order": f"if(has_order, {key('SO', 'l.n')}, null)"}
    linked["so_detail"] = "if(has_order, concat('RB-SOI-', lpad(l.n, 7, '0'), '-', l.idx), null)"
    bulk.fill("Sales Invoice Item", lines, **line("SII", "SI", **linked, docstatus="d.docstatus"))
    back = entered(
        "returned",
        **parts,
        **same(NET, "-l.rate"),
        name=key("SR"),
        posting_date="returned",
        due_date="returned",
    )
    back |= {
        "is_return": "1",
        "return_against": key("SI"),
        "outstanding_amount": "-l.rate",
        "status": "'Return'",
    }
    first = f"{deal} join rb_line l using (n) where l.idx = 1 and returned is not null"
    bulk.fill("Sales Invoice", first, **back)
    negative = {
        "qty": "-1",
        "stock_qty": "-1",
        **same(LINE_NET, "-l.rate"),
        "sales_order": "null",
        "so_detail": "null",
    }
    bulk.fill(
        "Sales Invoice Item",
        f"{lines} where l.idx = 1 and returned is not null",
        **line("SRI", "SR", **negative),
    )
    paid = {
        **entered("paid"),
        "name": key("PE"),
        "party": CUSTOMER,
        "posting_date": "paid",
        "reference_date": "paid",
    }
    amounts = (
        "paid_amount",
        "received_amount",
        "total_allocated_amount",
        "source_exchange_rate",
        "unallocated_amount",
    )
    paid |= same((*amounts[:3], *(f"base_{a}" for a in amounts[:3])), pay)
    bulk.fill("Payment Entry", "rb_deal where paid is not null", **paid, party_name="concat('Customer ', c)")
    part = {
        "name": key("PR"),
        "parent": key("PE"),
        "reference_name": key("SI"),
        "allocated_amount": pay,
        "total_amount": "total",
    }
    bulk.fill("Payment Entry Reference", "rb_deal where paid is not null", **part)
    for kind, day, voucher, against, amount, where in (
        ("PLI", "invoiced", ("Sales Invoice", "SI"), "SI", "total", "docstatus = 1"),
        ("PLR", "returned", ("Sales Invoice", "SR"), "SR", "-l.rate", "returned is not null and l.idx = 1"),
        ("PLP", "paid", ("Payment Entry", "PE"), "SI", f"-{pay}", "paid is not null"),
    ):
        row = {
            "voucher_type": f"'{voucher[0]}'",
            "voucher_no": key(voucher[1]),
            "against_voucher_no": key(against),
        }
        row |= same(("amount", "amount_in_account_currency"), amount) | {
            "party": CUSTOMER,
            "posting_date": day,
        }
        source = "rb_deal" + (" join rb_line l using (n)" if kind == "PLR" else "")
        due_date = "null" if kind == "PLP" else due
        bulk.fill(
            "Payment Ledger Entry",
            f"{source} where {where}",
            **entered(day),
            **row,
            name=key(kind),
            due_date=due_date,
        )


def write_contact(bulk: Bulk) -> None:
    """Issues under a service level, messages and answers."""
    at, done = (
        "timestamp(day, '10:00:00')",
        "date_add(timestamp(day, '10:00:00'), interval hours * 60 minute)",
    )
    bulk.fill(
        "Issue",
        "rb_issue",
        **entered(
            "day",
            name=key("IS"),
            opening_date="day",
            opening_time="'10:00:00'",
            customer_name="concat('Customer ', c)",
        ),
        **{"service_level_agreement": "'RB-Default'", "response_by": f"date_add({at}, interval 8 hour)"},
        **{"sla_resolution_by": f"date_add({at}, interval 48 hour)", "status": "if(done, 'Closed', 'Open')"},
        **{"first_responded_on": f"if(done, date_add({at}, interval hours * 20 minute), null)"},
        **{"sla_resolution_date": f"if(done, {done}, null)"},
    )
    for kind, sent, when, where in (
        ("CS", "Sent", at, "1 = 1"),
        ("CR", "Received", done, f"done and {done} <= now()"),
    ):
        moment = same(("creation", "modified", "communication_date"), when)
        text = {"name": key(kind), "sent_or_received": f"'{sent}'", "reference_name": CUSTOMER}
        bulk.fill("Communication", f"rb_message where {where}", **moment, **text)
        link = {
            "name": key(f"L{kind}"),
            "parent": key(kind),
            "link_name": CUSTOMER,
            "communication_date": when,
        }
        bulk.fill("Communication Link", f"rb_message where {where}", **link)


CHECKS = {
    "invoice lines add up to the invoice": """select count(*) from (select s.name from `tabSales Invoice` s
        join `tabSales Invoice Item` i on i.parent = s.name group by s.name, s.base_net_total
        having abs(s.base_net_total - sum(i.base_net_amount)) > 0.01) x""",
    "outstanding amounts are the ledger's": """select count(*) from (select s.name from `tabSales Invoice` s
        join `tabPayment Ledger Entry` p on p.against_voucher_no = s.name where s.docstatus = 1
        group by s.name, s.outstanding_amount having abs(s.outstanding_amount - sum(p.amount)) > 0.01) x""",
    "delivered quantities are the deliveries'": """select count(*) from `tabSales Order Item` s
        left join (select so_detail, sum(qty) q from `tabDelivery Note Item` group by so_detail) d on d.so_detail = s.name
        where abs(s.delivered_qty - coalesce(d.q, 0)) > 0.001""",
    "nothing is dated ahead": """select (select count(*) from `tabSales Invoice` where posting_date > curdate() + interval 1 day)
        + (select count(*) from `tabPayment Entry` where posting_date > curdate() + interval 1 day)""",
}


def write_book(customers: int, invoices: int, seed: int = 7, check: bool = False) -> float:
    """Put a fresh book on the connected site in place of an earlier one; seconds it took."""
    import frappe

    company = ensure_company()
    wipe(TABLES)
    forget_assessments()
    sales_persons(PEOPLE)
    started = time.perf_counter()
    bulk, draw = Bulk(company), Draw(customers, invoices, seed)
    groups = frappe.get_all("Customer Group", {"is_group": 0}, pluck="name", order_by="name")
    territories = frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name")
    stage_customers(bulk, draw, groups, territories)
    stage_deals(bulk, draw)
    stage_contact(bulk, draw)
    write_customers(bulk)
    write_deals(bulk)
    write_contact(bulk)
    frappe.db.commit()
    seconds = time.perf_counter() - started
    for doctype in TABLES:
        frappe.db.sql(f"analyze table `tab{doctype}`")
    frappe.clear_cache()
    if check:
        wrong = {name: frappe.db.sql(sql)[0][0] for name, sql in CHECKS.items()}
        if any(wrong.values()):
            raise SystemExit(f"the book is not consistent: {wrong}")
    return seconds


def main() -> None:
    """Command line."""
    options = arguments(
        __doc__,
        customers=(10_000, "customers"),
        invoices=(100_000, "invoices"),
        seed=(7, "random seed"),
        check=(False, "prove that the documents agree"),
    )
    frappe = connect(options.site)
    seconds = write_book(options.customers, options.invoices, options.seed, options.check)
    rows = [(doctype, frappe.db.sql(f"select count(*) from `tab{doctype}`")[0][0]) for doctype in TABLES]
    show("Book: rows by table", [*rows, ("all", sum(r[1] for r in rows)), ("seconds", seconds)])


if __name__ == "__main__":
    main()

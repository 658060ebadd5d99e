"""An order of the demo company and what follows from it: deliveries, invoices, returns, payments, complaints."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from relationship_crm.preview import demo_profiles as cast
from relationship_crm.preview.demo_profiles import Profile

if TYPE_CHECKING:
    from relationship_crm.preview.demo import Demo

TAX = 0.2
TERMS = 30


def sell(
    demo: Demo, customer: dict[str, Any], now: Profile, day: date, person: str, offer: str | None
) -> None:
    """One order, delivered, invoiced and paid as far as the last day allows."""
    name = demo.name("SAL-ORD", day)
    promise = day + timedelta(days=demo.chance.randint(5, 10))
    lines = _lines(demo, customer, now)
    total = round(sum(line["amount"] for line in lines), 2)
    common = {"customer": customer["name"], "customer_name": customer["name"], "company": cast.COMPANY}
    order = demo.book.add(
        "Sales Order", name=name, **common, transaction_date=day, delivery_date=promise, base_net_total=total,
        creation=day, modified=day, per_delivered=0, customer_group=customer["customer_group"],
    )  # fmt: skip
    for i, line in enumerate(lines):
        line["order_row"] = demo.book.add(
            "Sales Order Item", name=f"{name}-{i + 1}", parent=name, idx=i + 1, item_code=line["item"],
            item_group=line["group"], qty=line["qty"], stock_qty=line["qty"], delivered_qty=0, delivery_date=promise,
            relationship_promised_date=promise, base_net_amount=line["amount"], prevdoc_docname=offer, is_stock_item=1,
        )  # fmt: skip
    demo.book.add(
        "Sales Team", name=f"{name}-team", parent=name, idx=1, sales_person=person, allocated_percentage=100
    )
    if demo.happens(now.prepays):
        paid = day + timedelta(days=demo.chance.randint(0, 2))
        common["prepaid"] = paid
    if demo.happens(now.late * 0.06):  # out of stock: the order is closed with nothing delivered
        order["status"] = "Closed"
        order["modified"] = promise
        return
    for part, delivered in _deliveries(demo, now, promise, lines):
        if demo.past(delivered):
            _deliver(demo, order, common, part, delivered)
            _invoice(demo, customer, now, common, order, part, delivered)
    if lines and all(line["order_row"]["delivered_qty"] for line in lines):
        order.update(status="Completed", per_delivered=100)
    if demo.happens(now.complaints):
        complain(demo, customer, now, promise + timedelta(days=demo.chance.randint(1, 12)))


def _lines(demo: Demo, customer: dict[str, Any], now: Profile) -> list[dict[str, Any]]:
    """What is ordered: a few item groups of those the customer buys from."""
    groups = customer["items"]
    weights = [cast.ITEM_WEIGHTS.get(group, 1) for group in groups]
    chosen = dict.fromkeys(
        demo.chance.choices(groups, weights, k=demo.chance.randint(1, max(2, len(groups) // 2 + 1)))
    )
    share = now.size * demo.chance.lognormvariate(0, 0.35) / len(chosen)
    lines = []
    for group in chosen:
        price = cast.ITEMS[group]
        qty = max(1, round(share / price))
        lines.append(
            {
                "group": group,
                "item": f"{group} {demo.chance.randint(1, 6)}",
                "qty": qty,
                "amount": qty * price,
            }
        )
    return lines


def _deliveries(demo: Demo, now: Profile, promise: date, lines: list[dict]) -> list[tuple[list[dict], date]]:
    """The lines in one delivery or two, with their days."""
    if demo.happens(now.late):
        late = demo.chance.randint(7, 24) if demo.happens(now.badly_late) else demo.chance.randint(1, 6)
    else:
        late = -demo.chance.choice((0, 0, 0, 1, 1, 2, 3))
    day = promise + timedelta(days=late)
    if len(lines) > 1 and demo.happens(0.12):
        return [(lines[:1], min(day, promise)), (lines[1:], day + timedelta(days=demo.chance.randint(0, 2)))]
    return [(lines, day)]


def _deliver(demo: Demo, order: dict[str, Any], common: dict[str, Any], lines: list[dict], day: date) -> None:
    name = demo.name("MAT-DN", day)
    demo.book.add("Delivery Note", name=name, **common, posting_date=day, creation=day, modified=day)
    for i, line in enumerate(lines):
        line["order_row"]["delivered_qty"] = line["qty"]
        demo.book.add(
            "Delivery Note Item", name=f"{name}-{i + 1}", parent=name, idx=i + 1, item_code=line["item"],
            item_group=line["group"], qty=line["qty"], stock_qty=line["qty"], so_detail=line["order_row"]["name"],
            against_sales_order=order["name"], base_net_amount=line["amount"],
        )  # fmt: skip
    order.update(per_delivered=50, status="To Deliver")


def _invoice(
    demo: Demo,
    customer: dict,
    now: Profile,
    common: dict[str, Any],
    order: dict,
    lines: list[dict],
    day: date,
) -> None:
    name = demo.name("ACC-SINV", day)
    net = round(sum(line["amount"] for line in lines), 2)
    gross = round(net * (1 + TAX), 2)
    due = day + timedelta(days=TERMS)
    group = customer["customer_group"]
    demo.book.add(
        "Sales Invoice", name=name, **common, posting_date=day, due_date=due, base_net_total=net, base_grand_total=gross,
        grand_total=gross, currency=cast.CURRENCY, party_account_currency=cast.CURRENCY, creation=day, modified=day,
        customer_group=group,
    )  # fmt: skip
    for i, line in enumerate(lines):
        demo.book.add(
            "Sales Invoice Item", name=f"{name}-{i + 1}", parent=name, idx=i + 1, item_code=line["item"],
            item_group=line["group"], qty=line["qty"], stock_qty=line["qty"], so_detail=line["order_row"]["name"],
            sales_order=order["name"], base_net_amount=line["amount"],
        )  # fmt: skip
    ledger_entry(demo, common, "Sales Invoice", name, name, gross, day, due)
    open_amount = gross - _return(demo, now, common, group, name, net, day)
    if common.get("prepaid"):
        pay(demo, common, name, open_amount, min(common["prepaid"], day), day)
    elif not demo.happens(0.004 if now.payment_delay[0] < 5 else 0.02):  # a few are never paid
        delay = round(demo.chance.gauss(*now.payment_delay))
        pay(demo, common, name, open_amount, max(day, due + timedelta(days=delay)), day)


def _return(demo: Demo, now: Profile, common: dict, group: str, invoice: str, net: float, day: date) -> float:
    """A credit note for a part of the invoice; returns what it takes off."""
    back = day + timedelta(days=demo.chance.randint(4, 18))
    if not (demo.happens(now.returns) and demo.past(back)):
        return 0.0
    credit = round(net * demo.chance.uniform(0.05, 0.6), 2)
    gross = round(credit * (1 + TAX), 2)
    name = demo.name("ACC-SINV-RET", back)
    demo.book.add(
        "Sales Invoice", name=name, **common, posting_date=back, due_date=back, is_return=1, return_against=invoice,
        base_net_total=-credit, base_grand_total=-gross, grand_total=-gross, currency=cast.CURRENCY,
        party_account_currency=cast.CURRENCY, creation=back, modified=back, customer_group=group,
    )  # fmt: skip
    ledger_entry(demo, common, "Sales Invoice", name, invoice, -gross, back)
    return gross


def pay(demo: Demo, common: dict[str, Any], invoice: str, amount: float, paid: date, booked: date) -> None:
    """A payment on its day, allocated to the invoice from the day both exist."""
    if amount <= 0 or not demo.past(paid):
        return
    name = demo.name("ACC-PAY", paid)
    demo.book.add(
        "Payment Entry", name=name, company=common["company"], party=common["customer"], posting_date=paid,
        base_received_amount=amount, creation=paid, modified=paid,
    )  # fmt: skip
    ledger_entry(demo, common, "Payment Entry", name, invoice, -amount, max(paid, booked))


def ledger_entry(
    demo: Demo,
    common: dict,
    voucher_type: str,
    voucher: str,
    invoice: str,
    amount: float,
    day: date,
    due: date | None = None,
) -> None:
    """A row of the receivables ledger."""
    demo.book.add(
        "Payment Ledger Entry", name=f"PLE-{demo.book.count('Payment Ledger Entry') + 1}", company=common["company"],
        party=common["customer"], posting_date=day, due_date=due, voucher_type=voucher_type, voucher_no=voucher,
        against_voucher_type="Sales Invoice", against_voucher_no=invoice, amount=round(amount, 2),
        amount_in_account_currency=round(amount, 2), creation=day, modified=day,
    )  # fmt: skip


def complain(demo: Demo, customer: dict[str, Any], now: Profile, opened: date) -> None:
    """An issue with its service level; kept or not, sometimes opened again, sometimes a claim under warranty."""
    if not demo.past(opened):
        return
    at = datetime.combine(opened, time(demo.chance.randint(8, 16)))
    by = at + timedelta(days=3)
    kept = demo.happens(now.sla_kept)
    solved = (
        at + timedelta(hours=demo.chance.randint(4, 60))
        if kept
        else by + timedelta(days=demo.chance.randint(1, 9))
    )
    done = demo.past(solved.date())
    name = demo.name("ISS", opened)
    demo.book.add(
        "Issue", name=name, customer=customer["name"], opening_date=opened, opening_time=at.time().isoformat(),
        status="Closed" if done else "Open", service_level_agreement="Standard", response_by=at + timedelta(days=1),
        first_responded_on=min(at + timedelta(hours=6 if kept else 40), solved), sla_resolution_by=by,
        sla_resolution_date=solved if done else None, creation=at, modified=solved if done else at,
        raised_by="", agreement_status="Fulfilled" if kept else "Failed",
    )  # fmt: skip
    if not kept and done and demo.happens(0.25):
        again = solved + timedelta(days=2)
        if demo.past(again.date()):
            demo.book.add(
                "Version", name=demo.name("VER", again.date()), ref_doctype="Issue", docname=name, creation=again,
                modified=again, data='{\n "changed": [\n  [\n   "status",\n   "Closed",\n   "Open"\n  ]\n ]\n}',
            )  # fmt: skip
    if demo.happens(0.12):
        demo.book.add(
            "Warranty Claim", name=demo.name("SER-WRN", opened), customer=customer["name"], complaint_date=opened,
            status="Closed", creation=at, modified=at,
        )  # fmt: skip

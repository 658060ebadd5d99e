"""Credit for 1,000,000 posted invoices over 200,000 touches, read from MariaDB and divided, beside the floor.

Five years of invoices of 40,000 customers, of whom campaigns reached half. Every fifth invoice has an order some days before,
every twentieth document is a return, an eighth is not paid. The floor is the plain sum by customer over the same rows, in the
database; `attribution.py` has that of the arithmetic. The book is taken away again unless it is to be kept for the next run
(`--keep`).
"""

from __future__ import annotations

from typing import Any

from bulk import LINE_NET, LINE_RATE, NET, Bulk, same
from common import PREFIX, arguments, connect, counted, ensure_company, machine, show, timed

DAYS, BACK, RETURNS, ORDERED, OPEN = 5 * 365, 60, 20, 5, 8
#: Made by this module; its names begin with OWN.
OWN = f"{PREFIX}A"
OURS = (
    *(
        "Campaign Touch",
        "Relationship Campaign",
        "Sales Invoice Item",
        "Sales Invoice",
        "Payment Ledger Entry",
    ),
    *("Sales Order", "Customer"),
)
CAMPAIGNS = 100


def lot(of: str, below: int, kind: int) -> str:
    """A number below a limit by lot, the same for the same document and kind, as SQL."""
    return f"(crc32(concat('{kind}:', {of})) mod {below})"


def invoiced(of: str) -> dict[str, str]:
    """What an invoice and its return have in common, by the number of the invoice."""
    return {
        "customer": f"concat('{OWN}', lpad({lot(of, 40_000, 1)}, 6, '0'))",
        "day": f"date_sub(curdate(), interval ({lot(of, DAYS, 2)} + {BACK}) day)",
        "net": f"(1 + {lot(of, 50_000, 3)} / 100)",
    }


def write_book(company: str, invoices: int, touches: int) -> None:
    """Customers, orders, invoices with a row each, returns, the receivables ledger, campaigns and touches."""
    import frappe

    book = Bulk(company)
    forget()
    book.fill(
        "Customer",
        "seq_0_to_39999",
        **same(("name", "customer_name"), f"concat('{OWN}', lpad(seq, 6, '0'))"),
    )
    issued = invoices - invoices // RETURNS
    _invoices(book, f"seq_1_to_{issued}", "seq", returned=False)
    _invoices(book, f"seq_{issued + 1}_to_{invoices}", f"((seq - {issued}) * {RETURNS - 1})", returned=True)
    frappe.db.commit()
    _touches(company, touches)
    frappe.db.commit()
    tables = ", ".join(f"`tab{doctype}`" for doctype in OURS)
    frappe.db.sql_ddl(f"analyze table {tables}")


def _invoices(book: Bulk, numbers: str, of: str, *, returned: bool) -> None:
    """Invoices, or returns of half an invoice; every fifth invoice has an order."""
    said = invoiced(of)
    name, sign = f"concat('{OWN}', lpad(seq, 8, '0'))", "-0.5 * " if returned else ""
    original = f"concat('{OWN}', lpad({of}, 8, '0'))"
    day = f"date_add({said['day']}, interval {lot('seq', BACK, 4)} day)" if returned else said["day"]
    net = f"round({sign}{said['net']}, 2)"
    ordered = f"seq mod {ORDERED} = 0"
    if not returned:
        book.fill(
            "Sales Order",
            f"{numbers} where {ordered}",
            name=name,
            customer=said["customer"],
            transaction_date=f"date_sub({day}, interval {lot('seq', 20, 5)} day)",
            **same(NET, net),
        )
    book.fill(
        "Sales Invoice",
        numbers,
        name=name,
        customer=said["customer"],
        posting_date=day,
        is_return=str(int(returned)),
        return_against=original if returned else "null",
        outstanding_amount=f"if(seq mod {OPEN} = 0, {net}, 0)",
        **same(NET, net),
    )
    book.fill(
        "Sales Invoice Item",
        numbers,
        name=name,
        parent=name,
        sales_order="null" if returned else f"if({ordered}, {name}, null)",
        **dict.fromkeys(("so_detail", "dn_detail", "delivery_note"), "null"),
        qty="-0.5" if returned else "1",
        stock_qty="-0.5" if returned else "1",
        **same(LINE_NET, net),
        **same(LINE_RATE, said["net"]),
    )
    for number, amount in ((1, net), (2, f"-({net})")):
        paid = "" if number == 1 else f" where seq mod {OPEN} <> 0"
        book.fill(
            "Payment Ledger Entry",
            f"{numbers}{paid}",
            name=f"concat('{OWN}', lpad(seq, 8, '0'), '-{number}')",
            party=said["customer"],
            posting_date=day,
            voucher_type="'Sales Invoice'",
            voucher_no=name,
            against_voucher_type="'Sales Invoice'",
            against_voucher_no=name,
            amount=amount,
            amount_in_account_currency=amount,
        )


def _touches(company: str, touches: int) -> None:
    """Campaigns of one company, and touches of every second customer over five years."""
    import frappe

    from relationship_crm.assessment.bulk import write_rows

    columns = ("name", "title", "kind", "company", "start_date", "end_date", "status")
    days = ("2020-01-01", "2030-12-31")
    write_rows(
        "Relationship Campaign",
        columns,
        [
            (f"{OWN}{i:03d}", f"Campaign {i}", "Retention", company, *days, "Running")
            for i in range(CAMPAIGNS)
        ],
    )
    customer = f"concat('{OWN}', lpad(2 * {lot('seq', 20_000, 6)}, 6, '0'))"
    name = f"concat('{OWN}', lpad(seq, 8, '0'))"
    day = f"date_sub(curdate(), interval {lot('seq', DAYS + BACK, 7)} day)"
    chosen = {
        "name": name,
        **same(("creation", "modified"), "now()"),
        **same(("owner", "modified_by"), "'Administrator'"),
        "campaign": f"concat('{OWN}', lpad({lot('seq', CAMPAIGNS, 8)}, 3, '0'))",
        "channel": "'Email'",
        "status": "'Sent'",
        "touched_on": f"cast({day} as datetime)",
        "party_type": "'Customer'",
        **same(("party", "customer"), customer),
        "company": frappe.db.escape(company),
        "token_hash": name,
    }
    names = ", ".join(f"`{column}`" for column in chosen)
    # names, expressions and numbers of this module alone
    frappe.db.sql(
        f"insert into `tabCampaign Touch` ({names}) select {', '.join(chosen.values())} from seq_1_to_{touches}"
    )


def forget() -> None:
    """As if the book had never been there."""
    import frappe

    for doctype in OURS:
        frappe.db.sql(f"delete from `tab{doctype}` where name like %s", f"{OWN}%")
    frappe.db.commit()


def floor(company: str) -> float:
    """Net amounts by customer, in the database: what every way of reading the invoices has to do."""
    import frappe

    rows = frappe.db.sql(
        "select customer, sum(base_net_total) from `tabSales Invoice`"
        " where docstatus = 1 and is_opening = 'No' and is_consolidated = 0 and is_internal_customer = 0"
        " and company = %s group by customer",
        company,
    )
    return float(sum(row[1] for row in rows))


def measure(company: str, as_of: Any = None) -> list[tuple]:
    """Seconds of each step, and what has to be equal."""
    from relationship_crm.campaigns import credits
    from relationship_crm.campaigns.attribution import Model

    bottom, whole = timed(lambda: floor(company))
    statements, (seconds, book) = counted(lambda: timed(lambda: credits.load(company, as_of)))
    rows = [("floor: sum by customer in the database", bottom), ("read what attribution needs", seconds)]
    for model in Model:
        took, sums = timed(lambda model=model: book.sums(model))
        rows.append((f"divide: {model.value}", took))
        if as_of is None:
            assert round(float(book.money(sums.total + book.elsewhere)), 2) == round(whole, 2), model
    took, _margin = timed(lambda: book.margin)
    rows.append(("what was sold cost", took))
    rows.append(("statements of reading", statements))
    rows.append(("invoices read", len(book.found)))
    rows.append(("touches", len(book.reached)))
    return rows


def main() -> None:
    options = arguments(
        __doc__,
        invoices=(1_000_000, "invoices and returns"),
        touches=(200_000, "touches"),
        keep=(False, "leave the book on the site for the next run, and take the one that is there"),
    )
    frappe = connect(options.site)
    company = ensure_company()
    there = frappe.db.count("Sales Invoice", {"name": ["like", f"{OWN}%"]})
    if not options.keep or there != options.invoices:
        print(f"book: {timed(lambda: write_book(company, options.invoices, options.touches))[0]:.0f} s")
    measure(company)  # warm
    print(machine())
    show(f"Credit for {options.invoices:,} invoices over {options.touches:,} touches", measure(company))
    past = frappe.utils.getdate(frappe.utils.add_days(frappe.utils.today(), -400))
    show("The same as of 400 days ago", measure(company, past))
    if not options.keep:
        forget()


if __name__ == "__main__":
    main()

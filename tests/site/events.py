"""What the story's documents say, listed by hand: date, signal, value, weight. Nothing here was computed by the app.

Values are those of SIGNALS.md; where one is a formula, it stands here with its numbers. `since` and `until` are the days on
which the ledger began and ceased to say so, where that is not the day of the event itself.
"""

from __future__ import annotations

from arithmetic import Event

#: The customer the story is about (first a lead).
ACME = [
    # a mail of 7 March, answered on the 8th
    Event("03-08", "contact", 1.0),
    # the quotation of 11 March was ordered on the 20th, before it ended on 30 April
    Event("03-20", "quotation", 1.0, since="03-20"),
    # the first document is the order of 20 March, until an opening invoice of January is entered on 20 July
    Event("03-20", "tenure", 0.0, until="07-20"),
    Event("01-15", "tenure", 0.0, since="07-20"),
    # 6 widgets a day early
    Event("03-28", "delivery", 0.76),
    # 4 widgets 6 days late (.24) and 5 gadgets a day early (.76): the mean
    Event("04-04", "delivery", (0.24 + 0.76) / 2),
    Event("04-10", "meeting", 1.0),
    # months with sales, at their end: nothing came back in April
    Event("04-30", "returned", 1.0),
    # May: 30 of 300 came back, a tenth, two thirds of the worst share .15; with the second entry's 80 from the merger on
    Event("05-31", "returned", 1 - (30 / 300) / 0.15, until="11-11"),
    Event("05-31", "returned", 1 - (30 / 380) / 0.15, since="11-11"),
    # 105 of the 180 of invoice 1, 8 days after it was due
    Event("05-10", "payment", 1 / (1 + 8 / 15), 105 / 180),
    # 50 of the 300 of invoice 3 before it was due; the payment is cancelled on 18 July
    Event("06-14", "payment", 1.0, 50 / 300, until="07-18"),
    # the third order ended without goods, and without a successor (the second was amended)
    Event("06-20", "undelivered", 0.15),
    # the amended order a day early
    Event("06-27", "delivery", 0.76),
    Event("06-30", "returned", 1.0),
    # a payment entered on 16 September with the date of 10 July: 90 of the 300 of invoice 3, not yet due
    Event("07-10", "payment", 1.0, 90 / 300, since="09-16"),
    # 140 of the 420 of invoice 2 by journal entry, 25 days after it was due
    Event("07-25", "payment", 1 / (1 + 25 / 15), 140 / 420),
    # 90 days after its due date of 2 May, 75 of the 180 of invoice 1 are still open
    Event("07-31", "payment", 1 / (1 + 90 / 15), 75 / 180),
    # July by company: nothing came back of what was sold in dollars; of 300 euros 30
    Event("07-31", "returned", 1.0),
    Event("07-31", "returned", 1 - (30 / 300) / 0.15),
    # 50 of the 150 of the invoice of 12 August were paid on the 8th: in advance, and in time
    Event("08-12", "advance", 0.5 + 0.5 * 50 / 150),
    Event("08-12", "payment", 1.0, 50 / 150),
    # opened, and resolved a day before its deadline
    Event("08-20", "issue", 0.30),
    Event("08-22", "outcome", 0.60),
    Event("08-31", "returned", 1.0),
    # 90 days after 30 June, 280 of the 420 of invoice 2 are still open
    Event("09-28", "payment", 1 / (1 + 90 / 15), 280 / 420),
    Event("09-30", "returned", 1.0),
    # nobody answered by noon: a broken service level counts twice
    Event("10-08", "issue", 0.30),
    Event("10-08", "outcome", 0.15, 2.0),
    Event("10-14", "warranty", 0.25),
    # promised for 10 October, nothing there a week later; what comes on the 25th does not mend it
    Event("10-18", "delivery", 0.15),
]
#: The same customer entered a second time.
TWIN = [Event("05-28", "tenure", 0.0), Event("05-31", "returned", 1.0)]
#: Whom Acme recommended; paid on 4 October what was due in December.
BETA = [Event("10-01", "tenure", 0.0), Event("10-04", "payment", 1.0), Event("10-31", "returned", 1.0)]

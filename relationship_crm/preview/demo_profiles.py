"""Who the demo company sells to: behaviour profiles, and the names of people, things and places."""

from __future__ import annotations

from dataclasses import dataclass

COMPANY = "Brightwater Supply"
CURRENCY = "EUR"


@dataclass(frozen=True)
class Profile:
    """How customers of one kind behave, and how they are served. Shares are 0..1, times are days."""

    count: int
    gap: tuple[float, float]  # usual days between orders
    late: float  # share of deliveries after the promised day
    badly_late: float  # of these, the share that is a week late or more
    returns: float  # share of invoices with something sent back
    complaints: float  # issues per order
    sla_kept: float
    payment_delay: tuple[float, float]  # days after the due date, mean and spread
    prepays: float
    answers: float  # share of mails answered within two days
    contacts: float  # mails a month
    quotations: float  # quotations per order
    accepts: float  # share of quotations ordered
    groups: tuple[int, int]  # item groups they buy from
    size: float  # usual order value
    meetings: float = 0.0  # a month
    first: tuple[int, int] = (700, 1090)  # days before the end at which they began
    last: tuple[int, int] = (0, 0)  # days before the end at which they stopped
    orders: tuple[int, int] | None = None  # a number of orders in place of a rhythm
    turns: tuple[int, int] | None = None  # days before the end from which they behave as `later`
    later: str = ""
    refers: float = 0.0  # mean number of customers they bring


PROFILES: dict[str, Profile] = {
    "champion": Profile(
        16, (12, 20), 0.03, 0.1, 0.01, 0.004, 0.97, (-6, 4), 0.30, 0.95, 1.4, 0.30, 0.90, (6, 10), 1400,
        meetings=0.35, refers=1.7,
    ),
    "loyal": Profile(
        52, (21, 34), 0.06, 0.15, 0.02, 0.012, 0.93, (-3, 4), 0.10, 0.85, 0.9, 0.25, 0.80, (4, 7), 800,
        meetings=0.15, refers=0.12,
    ),
    "regular": Profile(
        88, (38, 70), 0.14, 0.25, 0.04, 0.03, 0.85, (1, 6), 0.04, 0.60, 0.5, 0.20, 0.60, (2, 5), 520, meetings=0.04,
    ),
    "slipping": Profile(
        34, (26, 42), 0.07, 0.2, 0.03, 0.02, 0.90, (-1, 5), 0.06, 0.75, 0.7, 0.22, 0.75, (3, 6), 950,
        meetings=0.1, turns=(120, 240), later="neglected",
    ),
    "lost": Profile(
        34, (30, 55), 0.22, 0.45, 0.09, 0.09, 0.65, (6, 9), 0.02, 0.40, 0.4, 0.20, 0.40, (2, 4), 480,
        last=(250, 620),
    ),
    "one_off": Profile(
        38, (30, 60), 0.12, 0.3, 0.05, 0.05, 0.80, (2, 7), 0.10, 0.25, 0.12, 0.50, 0.40, (1, 3), 300,
        first=(90, 1000), orders=(1, 1),
    ),
    "newcomer": Profile(
        22, (22, 38), 0.06, 0.1, 0.02, 0.02, 0.95, (-1, 4), 0.12, 0.80, 1.2, 0.60, 0.70, (2, 4), 420,
        first=(20, 120), meetings=0.1,
    ),
    "complaining": Profile(
        18, (26, 46), 0.34, 0.5, 0.20, 0.30, 0.45, (3, 7), 0.02, 0.60, 0.8, 0.20, 0.55, (3, 5), 620,
    ),
    "slow_payer": Profile(
        18, (26, 44), 0.10, 0.2, 0.04, 0.03, 0.85, (34, 16), 0.0, 0.40, 0.5, 0.20, 0.60, (2, 5), 640,
    ),
}  # fmt: skip

#: What a slipping customer's treatment turns into; no customer starts so.
NEGLECTED = Profile(
    0, (150, 260), 0.50, 0.6, 0.16, 0.28, 0.35, (12, 9), 0.0, 0.15, 0.5, 0.15, 0.20, (1, 2), 380, meetings=0.0,
)  # fmt: skip
LATER = {"neglected": NEGLECTED}

LEADS, PROSPECTS = 28, 12

SALES_PERSONS = ("Ada Winter", "Bruno Keller", "Carla Nowak", "Dario Leone", "Emma Brandt", "Felix Moreau")
#: Bruno left; his customers went to Emma so many days before the end.
LEFT, SUCCESSOR, LEFT_BEFORE = "Bruno Keller", "Emma Brandt", 500

TERRITORIES = ("North", "South", "East", "West")
CUSTOMER_GROUPS = {"Café": 0.38, "Restaurant": 0.27, "Hotel": 0.13, "Office": 0.12, "Shop": 0.10}
KINDS = {
    "Café": ("Café", "Coffee House", "Espresso Bar", "Roastery"),
    "Restaurant": ("Bistro", "Trattoria", "Kitchen", "Brasserie"),
    "Hotel": ("Hotel", "Guesthouse", "Inn"),
    "Office": ("Studio", "Law Office", "Agency"),
    "Shop": ("Deli", "Tea Shop", "Market Hall"),
}
FIRST = (
    "Amber", "Linden", "Harbour", "Marigold", "Juniper", "Copper", "Saffron", "Willow", "Falcon", "Ivory", "Meadow",
    "Orchid", "Pepper", "Quarry", "Rosemary", "Silver", "Thistle", "Union", "Violet", "Walnut", "Alder", "Birch",
    "Cedar", "Daisy", "Elder", "Fennel", "Ginger", "Hazel", "Iris", "Jasmine", "Kestrel", "Lantern", "Magnolia",
    "Nutmeg", "Olive", "Poplar", "Quince", "Robin", "Sparrow", "Tamarind",
)  # fmt: skip
SECOND = (
    "& Sons",
    "at the Bridge",
    "Central",
    "on the Corner",
    "Old Town",
    "Riverside",
    "Garden",
    "Twenty-Two",
)

ITEMS = {
    "Coffee": 28.0,
    "Tea": 14.0,
    "Machines": 640.0,
    "Grinders": 240.0,
    "Spare Parts": 36.0,
    "Cups": 18.0,
    "Cleaning": 22.0,
    "Filters": 9.0,
    "Syrups": 12.0,
    "Furniture": 180.0,
}
#: Machines and furniture are bought seldom.
ITEM_WEIGHTS = {"Coffee": 5, "Tea": 2, "Machines": 0.4, "Grinders": 0.6, "Furniture": 0.4}

"""The seven dimensions of a relationship, and what is composed of them."""

from __future__ import annotations

SATISFACTION = "satisfaction"
TRUST_EMPLOYEE = "trust_employee"
TRUST_COMPANY = "trust_company"
ENGAGEMENT_EMPLOYEE_RATIONAL = "engagement_employee_rational"
ENGAGEMENT_EMPLOYEE_EMOTIONAL = "engagement_employee_emotional"
ENGAGEMENT_COMPANY_RATIONAL = "engagement_company_rational"
ENGAGEMENT_COMPANY_EMOTIONAL = "engagement_company_emotional"

DIMENSIONS: tuple[str, ...] = (
    SATISFACTION,
    TRUST_EMPLOYEE,
    TRUST_COMPANY,
    ENGAGEMENT_EMPLOYEE_RATIONAL,
    ENGAGEMENT_EMPLOYEE_EMOTIONAL,
    ENGAGEMENT_COMPANY_RATIONAL,
    ENGAGEMENT_COMPANY_EMOTIONAL,
)
INDEX: dict[str, int] = {dimension: i for i, dimension in enumerate(DIMENSIONS)}

#: Scores that say something about a member of staff; shown only to the role that may see them.
ABOUT_EMPLOYEES: tuple[str, ...] = tuple(d for d in DIMENSIONS if "_employee" in d)

#: Scores composed of dimensions.
COMPOSED: tuple[str, ...] = ("trust", "engagement", "composite")

#: What only that role sees: trust and engagement as a whole would let others work out the part about employees.
RESTRICTED: tuple[str, ...] = (*ABOUT_EMPLOYEES, "trust", "engagement")

TRUST: tuple[str, ...] = (TRUST_COMPANY, TRUST_EMPLOYEE)
RATIONAL: tuple[str, ...] = (ENGAGEMENT_COMPANY_RATIONAL, ENGAGEMENT_EMPLOYEE_RATIONAL)
EMOTIONAL: tuple[str, ...] = (ENGAGEMENT_COMPANY_EMOTIONAL, ENGAGEMENT_EMPLOYEE_EMOTIONAL)

"""The signals that every ERPNext ledger can give."""

from __future__ import annotations

from relationship_crm.signals.advocacy import IDEA_SUBMITTED, REFERRAL_GIVEN, TESTIMONIAL_GIVEN
from relationship_crm.signals.base import Signal
from relationship_crm.signals.breadth import BREADTH_SIGNAL
from relationship_crm.signals.campaigns import CAMPAIGN_ANSWERED, EVENT_ATTENDED
from relationship_crm.signals.contact import CONTACT_ANSWERED, MEETING_KEPT
from relationship_crm.signals.contracts import CONTRACT_NOT_RENEWED, CONTRACT_RENEWED
from relationship_crm.signals.delivery import DELIVERY_PROMISE
from relationship_crm.signals.manager import MANAGER_CHANGE_COMPANY, MANAGER_CHANGE_EMPLOYEE
from relationship_crm.signals.orders import ORDER_UNDELIVERED
from relationship_crm.signals.payments import ADVANCE_PAYMENT, PAYMENT_TERMS
from relationship_crm.signals.quotations import QUOTATION_ORDERED
from relationship_crm.signals.returns import RETURNED_SHARE
from relationship_crm.signals.service import ISSUE_OPENED, ISSUE_OUTCOME, WARRANTY_CLAIM
from relationship_crm.signals.tenure import TENURE
from relationship_crm.signals.tone import MESSAGE_TONE_COMPANY, MESSAGE_TONE_EMPLOYEE
from relationship_crm.signals.voice import SURVEY_SIGNALS


def standard_signals() -> tuple[Signal, ...]:
    """All of them, in the order in which they are listed to users."""
    return (
        DELIVERY_PROMISE,
        ORDER_UNDELIVERED,
        RETURNED_SHARE,
        ISSUE_OPENED,
        ISSUE_OUTCOME,
        WARRANTY_CLAIM,
        PAYMENT_TERMS,
        ADVANCE_PAYMENT,
        CONTRACT_RENEWED,
        CONTRACT_NOT_RENEWED,
        BREADTH_SIGNAL,
        TENURE,
        MANAGER_CHANGE_COMPANY,
        MANAGER_CHANGE_EMPLOYEE,
        CONTACT_ANSWERED,
        MEETING_KEPT,
        QUOTATION_ORDERED,
        *SURVEY_SIGNALS,
        MESSAGE_TONE_COMPANY,
        MESSAGE_TONE_EMPLOYEE,
        REFERRAL_GIVEN,
        TESTIMONIAL_GIVEN,
        IDEA_SUBMITTED,
        CAMPAIGN_ANSWERED,
        EVENT_ATTENDED,
    )

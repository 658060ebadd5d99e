"""Number cards whose figure is a text: Frappe's widget must be able to show it."""

from __future__ import annotations

import pytest
from answering import new_survey, respond
from erp import customer

from relationship_crm import cards

pytestmark = pytest.mark.usefixtures("unasked")


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("card", [cards.nps_of_90_days, cards.survey_response_rate])
def test_a_text_has_a_type_that_makes_markup_of_it(house, card, answered: bool) -> None:
    """The widget looks the formatted figure up with jQuery: of "Data" it would look for the selector "+100"."""
    if answered:
        respond(new_survey("RCRM Card", ("nps", "NPS", "")), customer("RCRM Card"), nps=10)
    shown = card()
    assert isinstance(shown["value"], str) and shown["fieldtype"] == "Code"

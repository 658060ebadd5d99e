"""The scoring model that ships with the app; its rows are the standard signals as they come."""

from __future__ import annotations

#: Name of the shipped model.
STANDARD = "Standard"
#: k: how many answers the mean of the customer group is worth.
PRIOR_WEIGHT = 2.0
#: How many answers the mean of all customers is worth when a group's mean is taken.
GROUP_WEIGHT = 20.0
#: Score, in per cent, where nobody has any evidence.
NEUTRAL = 50.0

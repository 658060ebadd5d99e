"""Arithmetic on arrays of parties. Knows no Frappe, no SQL, no documents.

Axes, everywhere: ``P`` parties, ``T`` points of the time grid, ``D`` dimensions, ``C`` criteria.
"""

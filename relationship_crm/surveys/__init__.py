"""Surveys: asked after real events, answered on a page of their own, counted in the scores.

`scales` and `statistics` know no Frappe. From an event to a mail: `triggers` finds what happened, `recipients` whom to ask,
`invitations` writes it down once, `sending` sends it when its day has come. `tasks` is the scheduler's door; only `tasks` and
`bulk` commit.
"""

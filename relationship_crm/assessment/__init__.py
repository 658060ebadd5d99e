"""One path for one party, for those with news and for all: read, compute, compare, write.

`parties`, `configuration`, `population`, `compute` and `explain` know no Frappe and serve the preview as well; `site`,
`write`, `run`, `outbox`, `process` and `tasks` are the site's side.
"""

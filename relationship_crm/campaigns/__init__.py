"""Campaigns: what they cost, whom they reached, who gets the credit for sales, and what they caused.

Arithmetic on arrays and numbers, without Frappe: `attribution` (credit for invoices, with `apportion`), `effect` (against a
control group) and `pooling` (of several campaigns), `sample_size`, `assignment` (who is in the control group), `payback`,
`variance` (planned against actual), `pressure` (how often customers are contacted), `lot` (variants, hours of sending),
`workload` (who makes which calls), `windows` (documents within spans of days). `docs/campaign-arithmetic.md` works examples
through by hand; `docs/architecture.md` says what the others do.
"""

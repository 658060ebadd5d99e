"""Service contracts: what was promised, what was delivered, what it is worth to renew.

Arithmetic on arrays and numbers, without Frappe: `periods` (when what is included), `balance` (what is left of it),
`rules` (what may be used), `forecast` (when it runs out), `billing` (what is charged when), `recurring` (MRR and
retention), `sbg` (probability of renewal), `profit` (what a contract earned). `docs/service-contracts.md` works an example
of each through by hand.
"""

"""The ERP's ledger as a source of facts: tables, SQL dialects and the two databases that hold it.

MariaDB under a Frappe site and SQLite in the preview and the unit tests run the very same queries; what differs
between the two is hidden in :mod:`relationship_crm.ledger.dialect`.
"""

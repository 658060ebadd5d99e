"""Demo data for a site: real documents, as salespeople would write them."""

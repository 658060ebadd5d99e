"""The command line: score a company from an export of its ERPNext, without installing anything."""

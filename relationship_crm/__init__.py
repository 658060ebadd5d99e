"""Relationship CRM: relationship marketing inside ERPNext."""

__version__ = "0.1.0"

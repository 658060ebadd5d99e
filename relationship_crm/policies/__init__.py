"""Relationship policies: what a document does when the relationship is as described. Logic of Relationship Policy."""

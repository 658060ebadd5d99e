"""What happens to ERPNext's documents: one module per DocType, functions named as the event."""

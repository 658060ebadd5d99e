"""Customers who speak for us: referrals, ideas, testimonials, and the tone of their messages."""

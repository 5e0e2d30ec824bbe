"""Derived edges: who can take which role, gain which rights, use which resource, reach which interface."""

"""Whoosh's index, kept in mapped arrays and ranked by numpy: the default engine."""

from searchsvc.engines.whoosh.engine import WhooshEngine

__all__ = ["WhooshEngine"]

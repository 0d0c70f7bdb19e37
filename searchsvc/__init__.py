"""Full-text search for archives of saved news pages."""

__version__ = "0.1.0"

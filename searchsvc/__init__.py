"""Full-text search for archives of saved news pages."""

"""Trials of the whole product under kills, failing calls, damage, load and hostile data: `make soak`."""

"""Figures that may not fall: held in floors.json, raised by hand or by --pin, lowered only with --lower."""

import json
from collections.abc import Mapping
from pathlib import Path

FLOORS = Path(__file__).with_name("floors.json")
#: A figure this much under its floor is still held: rounding, not loss.
SLACK = 0.0005


def below(figures: Mapping[str, float]) -> list[str]:
    """Return a line for each figure under its floor."""
    floors = json.loads(FLOORS.read_text())
    return [
        f"{name}: {value:.4f} is under its floor {floors[name]:.4f}"
        for name, value in figures.items()
        if name in floors and value < floors[name] - SLACK
    ]


def pin(figures: Mapping[str, float], *, lower: bool) -> list[str]:
    """Write new floors; return a line for each that would have fallen and was kept."""
    floors = json.loads(FLOORS.read_text())
    kept = []
    for name, value in figures.items():
        if value < floors.get(name, 0) and not lower:
            kept.append(f"{name}: floor {floors[name]:.4f} kept; --lower to take {value:.4f}")
        else:
            floors[name] = round(value, 4)
    FLOORS.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n")
    return kept

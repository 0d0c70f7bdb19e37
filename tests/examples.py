"""How many examples a property test tries: a number of its own in `make test`, ten times as many in `make explore`."""

from hypothesis import HealthCheck, settings

#: What `settings` of hypothesis try where nothing is said; the profiles of `conftest.py` scale it.
USUAL = 100


def examples(count: int, *, suppress: tuple[HealthCheck, ...] = ()) -> settings:
    """Return settings for so many examples in `make test`; the profile says how many more, and what else it allows."""
    profile = settings.get_current_profile_name()
    chosen = settings.get_profile(profile)
    return settings(
        max_examples=count * chosen.max_examples // USUAL,
        suppress_health_check=[*chosen.suppress_health_check, *suppress],
    )

"""Saved searches whose new results are sent to an address of the operator's: what came in since the last run.

Every run stages what it has to send, and forgets it when the other side has taken it: nothing is lost by a failure, and
nothing that was taken is sent again.
"""

from searchsvc.alerts.alert_run import AlertOutcome, run_alerts
from searchsvc.alerts.alert_state import AlertState, StagedDelivery
from searchsvc.alerts.saved_searches import SavedSearch, read_saved_searches
from searchsvc.alerts.webhook import Webhook, read_secret

__all__ = [
    "AlertOutcome",
    "AlertState",
    "SavedSearch",
    "StagedDelivery",
    "Webhook",
    "read_saved_searches",
    "read_secret",
    "run_alerts",
]

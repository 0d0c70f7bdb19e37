"""Is that what they printed? A quotation → verdict, with the places and the differences."""

from searchsvc.verify.difference import MOST_PLACES, Difference, LeftOutWords, Place, Status, Verdict
from searchsvc.verify.run import verify_quotation

__all__ = ["MOST_PLACES", "Difference", "LeftOutWords", "Place", "Status", "Verdict", "verify_quotation"]

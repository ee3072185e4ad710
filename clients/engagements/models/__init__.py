"""The models of the engagements room."""

from clients.engagements.models.access_review import AccessReview, AccessReviewItem
from clients.engagements.models.contact import Contact
from clients.engagements.models.support_scope import SupportScope

__all__ = ["AccessReview", "AccessReviewItem", "Contact", "SupportScope"]

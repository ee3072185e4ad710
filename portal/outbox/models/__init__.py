"""Channel, Preference, Message and Delivery: one file a noun."""

from portal.outbox.models.channel import Channel, Medium
from portal.outbox.models.delivery import Delivery
from portal.outbox.models.message import Message
from portal.outbox.models.preference import Preference, Weekday

__all__ = ["Channel", "Delivery", "Medium", "Message", "Preference", "Weekday"]

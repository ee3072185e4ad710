"""Deadline, Reminder, Policy, Absence and CalendarFeed: one file a noun."""

from portal.deadlines.models.absence import Absence
from portal.deadlines.models.calendar_feed import CalendarFeed
from portal.deadlines.models.deadline import Deadline
from portal.deadlines.models.policy import Policy
from portal.deadlines.models.reminder import Reminder

__all__ = ["Absence", "CalendarFeed", "Deadline", "Policy", "Reminder"]

"""Incident and what hangs on it: one file a noun."""

from incidents.response.models.alert_source import AlertReceipt, AlertSource
from incidents.response.models.breach_clock import BreachClock
from incidents.response.models.incident import Incident, IncidentCounter, IncidentLink, Responder
from incidents.response.models.measure import Measure
from incidents.response.models.notice import Notice
from incidents.response.models.post_mortem import PostMortem, PostMortemSection
from incidents.response.models.response_plan import Exercise, ResponsePlan
from incidents.response.models.timeline import TimelineEntry
from incidents.response.models.update import Update

__all__ = [
    "AlertReceipt", "AlertSource", "BreachClock", "Exercise", "Incident", "IncidentCounter", "IncidentLink", "Measure",
    "Notice", "PostMortem", "PostMortemSection", "Responder", "ResponsePlan", "TimelineEntry", "Update",
]  # fmt: skip

"""The registers' models, one file a noun."""

from clients.registers.models.credential import Credential
from clients.registers.models.draft_import import DraftImport
from clients.registers.models.integration import Integration
from clients.registers.models.record import Environment, Record
from clients.registers.models.sub_processor import SubProcessor
from clients.registers.models.workflow import Workflow

__all__ = [
    "Credential",
    "DraftImport",
    "Environment",
    "Integration",
    "Record",
    "SubProcessor",
    "Workflow",
]

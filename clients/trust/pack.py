"""What a procurement pack says, as frozen values. Template and attachment are both made of these alone. No Django."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from portal.lib.dates import format_long

SCHEMA = "plumbline/pack/1"


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of evidence at the foot of a section: what, where from, when captured, its number."""

    mark: int
    what: str
    origin: str
    captured_on: date | None
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """Who it is about and from, and until when to rely on it. `at` is in the zone of the client."""

    practice: str
    practice_slug: str
    client: str
    client_short: str
    addressee: str
    number: str
    at: datetime
    zone: str
    ask_again_on: date
    contact: str
    contact_email: str
    check_at: str

    @property
    def instant(self) -> str:
        """The instant for the PDF's own dates."""
        return self.at.isoformat()

    @property
    def at_words(self) -> str:
        """Thursday 19 November 2026, 09:42 GMT, where the client is."""
        return f"{format_long(self.at)}, {self.at:%H:%M %Z}"

    @property
    def ask_again_words(self) -> str:
        """17 February 2027."""
        return format_long(self.ask_again_on).partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many controls have each result; `unrecorded` of the unknown could be proven by no register kept here."""

    passes: int
    warns: int
    waived: int
    fails: int
    unknown: int
    not_applicable: int
    unrecorded: int = 0

    @property
    def provable(self) -> int:
        return self.passes + self.warns + self.waived + self.fails + self.unknown - self.unrecorded


@dataclass(frozen=True, slots=True)
class Trend:
    """Shares in percent, oldest first, one label a point (many empty), and the finding in a sentence."""

    points: tuple[int, ...]
    labels: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts."""

    number: int
    noun: str


@dataclass(frozen=True, slots=True)
class Summary:
    """For a reader in a hurry. `wrong` are sentences on what is wrong now, the worst first; `more` are left out."""

    share: int | None
    counts: Counts
    lead: str
    rest: str
    wrong: tuple[str, ...]
    more: int
    figures: tuple[Figure, ...]
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One family of controls. `state` is how `weakest` is shown: late, soon, wait, or empty."""

    title: str
    share: int | None
    counts: Counts
    evidence: int
    oldest_on: date | None
    weakest: str
    state: str


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A control that does not pass. `records` are what fails in it, `more` how many others."""

    id: str
    title: str
    result: str
    words: str
    records: tuple[str, ...]
    more: int
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Posture:
    """The results by area, and every control that fails, warns or is waived."""

    areas: tuple[AreaRow, ...]
    failing: tuple[ControlRow, ...]
    warning: tuple[ControlRow, ...]
    waived: tuple[ControlRow, ...]
    not_applicable: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope; `broad` when it reaches further than a workflow should need."""

    name: str
    broad: bool


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    """A connection to a platform and what it may do there. Empty texts mean that nothing is recorded."""

    name: str
    platform: str
    workflow: str
    signs_in: str
    account: str
    access: str
    reach: str
    scopes: tuple[Scope, ...]
    not_approved: int
    approved_on: date | None
    mark: int


@dataclass(frozen=True, slots=True)
class Integrations:
    lead: str
    rows: tuple[IntegrationRow, ...]
    left_out: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """The hygiene of one credential: neither the secret, nor its reference, nor its fingerprint."""

    name: str
    platform: str
    kind: str
    owner: str
    kept: str
    rotated_on: date | None
    every_days: int | None
    due_on: date | None
    state: str
    words: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    lead: str
    rows: tuple[CredentialRow, ...]
    left_out: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class SubProcessorRow:
    """A company to which data is passed on."""

    company: str
    engaged_by: str
    purpose: str
    data: tuple[str, ...]
    location: str
    transfer: str
    dpa_signed_on: date | None
    dpa_review_on: date | None
    overdue: bool
    mark: int


@dataclass(frozen=True, slots=True)
class SubProcessors:
    lead: str
    rows: tuple[SubProcessorRow, ...]
    left_out: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class AiRow:
    """An AI provider: the models and workflows that exports name, and its terms as the register has them."""

    provider: str
    models: tuple[str, ...]
    used_in: tuple[str, ...]
    training: str
    retention: str
    location: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AiUse:
    lead: str
    rows: tuple[AiRow, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """How soon somebody responds to a severity; empty where nothing was agreed."""

    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Somebody on the escalation path: no number and no address; the client's own without their name."""

    side: str
    place: str
    who: str
    verified_on: date | None
    state: str
    words: str
    mark: int


@dataclass(frozen=True, slots=True)
class Support:
    """What was agreed about support, the escalation path of both sides, and the last review of access."""

    lead: str
    marks: tuple[int, ...]
    targets: tuple[TargetRow, ...]
    terms: tuple[str, ...]
    contacts: tuple[ContactRow, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FurtherRow:
    """One line of a table; `wrong` is the place of the cell that says what went wrong."""

    cells: tuple[str, ...]
    wrong: int | None = None


@dataclass(frozen=True, slots=True)
class FurtherTable:
    """One table of a further section; the first cell of a row heads it, the others are numbers or short words."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[FurtherRow, ...]


@dataclass(frozen=True, slots=True)
class FurtherSection:
    """A section that a room above this one adds, by its key. `notes` say how its figures are counted."""

    key: str
    title: str
    lead: str
    tables: tuple[FurtherTable, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class UnrecordedArea:
    """The controls of one area of which nothing is recorded: id and title."""

    title: str
    controls: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What nobody wrote down: gaps in the registers in sentences, then controls by area."""

    lead: str
    gaps: tuple[str, ...]
    areas: tuple[UnrecordedArea, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole of it, in the order of its sections; the further ones stand before what is not recorded."""

    cover: Cover
    summary: Summary
    posture: Posture
    integrations: Integrations
    credentials: Credentials
    sub_processors: SubProcessors
    ai: AiUse
    support: Support
    unrecorded: Unrecorded
    further: tuple[FurtherSection, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Give everything as JSON values: dates and instants in ISO 8601, tuples as lists."""
        return {"schema": SCHEMA, **_plain(asdict(self))}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value

"""The lists of incidents at 1,000 and at 100,000, and what taking an alert costs beside a bare view (intake.py)."""

from __future__ import annotations

from datetime import date

from benchmarks import intake
from benchmarks.incident_rows import STEADY_INCIDENTS, fill_incidents
from benchmarks.pages import CLIENT_PERSON, CONSULTANT, RUNS, Page, compared, taken
from benchmarks.seed import LARGEST, STEADY, fill_any, volumes


def run(*, small: bool) -> None:
    """Print the pages first, then the intake among all those incidents."""
    volume = volumes(small)[0]
    few, many = (1_000, 20_000) if small else (1_000, 100_000)
    fill_any(volume)
    asked = pages(few, many)
    fill_incidents(few, 0, clients=volume.clients)
    before = [taken(page) for page in asked]
    fill_incidents(many, few, clients=volume.clients)
    after = [taken(page) for page in asked]
    print(
        f"{few:,} against {many:,} incidents of one practice within three years, a fiftieth not closed;"
        f" median of {RUNS} visits after 2\n"
    )
    print(compared(asked, before, after, (few, many)))
    print(f"\nAlerts among {many:,} incidents, through the WSGI handler\n")
    intake.run()


def pages(few: int, many: int) -> list[Page]:
    """The list over all clients as it is asked for, that of one client, and the page of one incident."""
    steady, largest = f"/c/client-{STEADY}/incidents/", f"/c/client-{LARGEST}/incidents/"
    every, last_year = "/incidents/?state=all", date.today().year - 1
    return [
        Page("list over all clients, owner", "/incidents/"),
        Page("  consultant", "/incidents/", CONSULTANT),
        Page("  all states, owner", every),
        Page("  all states, page 40", f"{every}&page=40"),
        Page("  all states, by severity", f"{every}&sort=severity"),
        Page("  all states, by client", f"{every}&sort=client"),
        Page("  all states, by title", f"{every}&sort=title"),
        Page("  SEV1 of twelve months", f"{every}&severity=SEV1&within=365"),
        Page("  a word in all states", f"{every}&q=mailbox"),
        Page("  all states, consultant", every, CONSULTANT),
        Page("  with all figures of twelve months", f"{every}&figures=all"),
        Page(f"list of a client, {STEADY_INCIDENTS} in both", f"{steady}?state=all"),
        Page("  the same for the client's person", f"{steady}?state=all", CLIENT_PERSON),
        Page(f"list of a client, {few // 100:,} -> {many // 100:,}", f"{largest}?state=all"),
        Page("page of an incident", f"{steady}1/"),
        Page(f"last year of a client, {STEADY_INCIDENTS} in both", f"{steady}year/{last_year}/"),
        Page("last year over all clients", f"/incidents/year/{last_year}/"),
        Page("Today, owner", "/"),
    ]

"""The numbers of the rules, as the catalogue gives them. Days unless named otherwise."""

from __future__ import annotations

from datetime import timedelta

MONTHS_12 = 365
MONTHS_6 = 182

SCOPES_UNUSED = 90  # ACC-01 warns of scopes not used for so long
REASON_AGE = MONTHS_12  # ACC-01, SEC-06 warn of reasons older than this
OWNER_LEAVES = 30  # ACC-08 warns of an owner who leaves, or a renewal, within this
REVOKED_WITHIN = timedelta(hours=24)  # ACC-06, SEC-10: a promise, fixed
NEW_CLIENT = 90  # ACC-07 asks nothing of a client younger than this
REVIEW_AGE, REVIEW_NEAR = (
    90,
    14,
)  # ACC-07 asks for a review no older, and warns so long before the next is due
CONTACT_AGE, CONTACT_WARN = 180, 120  # INC-06
LOGS_KEPT, LOGS_LONGER = 90, ("growth", "scale")  # LOG-03: days, and the tiers that keep logs longer
STORAGE_CONFIRMED = 180  # SEC-01 warns of entries not confirmed for so long
ROTATION_NEAR = 14  # SEC-03 warns of rotations due within this
RENEWAL_NEAR = 30  # SEC-07 warns of renewals due within this
EXPORT_AGE = 90  # BCK-01 asks for an export no older than this
TRAIL_EXPORT_WARN = MONTHS_6  # LOG-02
TRAIL_EXPORT_AGE = MONTHS_12  # LOG-02
AGREEMENT_NEAR = 60  # AI-04 warns of agreements under review within this
ASSESSMENT_AGE = MONTHS_12  # VEN-01
FEWEST_ATTEMPTS, MOST_ATTEMPTS = 1, 10  # REL-01
INCIDENT_WINDOW = timedelta(days=MONTHS_12)  # incidents count while open, and so long after they were closed
PLAN_AGE = timedelta(days=MONTHS_12)  # INC-01
RESPONSE_USED = 0.75  # INC-02 warns when so much of the target is over and nobody has responded
UPDATES_FORGIVEN = 1  # INC-03 warns of so many late updates, and fails of more
SUMMARY_WARN = timedelta(hours=36)  # INC-04 warns so long after the clock of 48 hours started
PHASE_SILENT = timedelta(hours=24)  # INC-07
CLOCK_USED = 0.5  # INC-08 warns when so much of a clock is over without a decision
MEASURE_NEAR = 7  # INC-09 warns of measures due within this

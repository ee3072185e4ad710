"""Evidence: files that people attach to a record. Any room names its records as subjects; see subjects.py."""

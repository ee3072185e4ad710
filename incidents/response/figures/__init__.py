"""Figures of incidents: read from the records, shown on pages, printed in the pack and in the annual report."""

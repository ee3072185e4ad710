"""Deadlines as pages show them: ledger entries, clocks, tables, filters, steps in words."""

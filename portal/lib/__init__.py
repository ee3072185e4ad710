"""Plain building blocks without models and without tenants: dates, spreadsheets, the refusal of secrets."""

"""What the pages of incidents show and ask, as values: forms, filters, tables, the parts of one incident."""

"""The lists of the registers: filters, order, cells and rows."""

"""Forms of the registers: one a register, and one a verb."""

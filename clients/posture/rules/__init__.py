"""The rules of the control catalogue: facts and an instant in, findings out. No Django, no clock, no database."""

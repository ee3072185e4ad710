"""Every obligation with an instant by which it must be done: who is reminded, when, and what became of it."""

"""The incidents of the demonstration: a year of them, two that run, made by the same actions as real ones."""

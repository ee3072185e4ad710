"""The pages of deadlines: one file a subject."""

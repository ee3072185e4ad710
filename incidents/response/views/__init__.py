"""The pages of incidents: one file a subject."""

"""The pages of the engagements room."""

"""Files kept for a client, and documents rendered as PDF with their fingerprints."""

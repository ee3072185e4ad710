"""What incidents tell the posture of a client: the facts behind its controls, and the pages where they stand."""

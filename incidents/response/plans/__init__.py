"""The response plan of a client: its versions, its PDF, its deadlines, and the exercises that try it."""

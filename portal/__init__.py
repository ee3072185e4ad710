"""Who is asking: practices and clients, sign-in, audit, documents and the frame that every page stands in."""

__version__ = "0.1.0"

"""Calendar feeds (RFC 5545): a secret address that a calendar program reads, with the rights its person has then."""

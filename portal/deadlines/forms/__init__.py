"""What people enter about deadlines: putting off, handing over, being away, how to be reminded."""

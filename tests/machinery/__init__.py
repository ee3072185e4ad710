"""Real workers and beats on services of their own, for the tests that kill them."""

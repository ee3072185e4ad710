"""People and how they sign in: accounts, invitations, second factor, sessions, step-up."""

"""What carries messages: mail, and by webhook Slack, Teams, SMS and anything that takes JSON."""

"""The rules of engagements: response targets, the escalation path, access reviews. Values in, values out; no Django."""

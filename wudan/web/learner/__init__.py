"""Pages for a worker, phone first: my claims, applying one question at a time, my data and who has looked at it."""

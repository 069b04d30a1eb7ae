"""Reading classes, attendance, results and certificates."""

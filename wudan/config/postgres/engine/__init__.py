"""Django's PostgreSQL engine that starts the embedded server on the first connection, not at import."""

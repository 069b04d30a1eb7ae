"""The processes of a running system: web, worker and, in the demo, the keeper of the embedded database."""

"""The verbs of 列单, one module per group: editions, offers and their money, projects, special abilities, registrations, resources."""

"""列单 at the bureau: the four catalogues, offers and their money, projects, special abilities."""

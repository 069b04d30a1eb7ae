"""政策实验室: drafts of the district's rulebook, tried on its claims, and made law by two people."""

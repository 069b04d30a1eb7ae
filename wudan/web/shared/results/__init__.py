"""After teaching (考核、结业、发证、就业): the pages a provider and the bureau share, and what each may do there."""

"""Pages of 监督审计: everything of the district to be read, findings to be closed, the journal and the history of records."""

"""Pages of enterprises (企业): they claim for their own staff."""

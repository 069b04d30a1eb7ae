"""What the public's and the bureau's pages of the catalogues have in common: the list of entries, the files, the words."""

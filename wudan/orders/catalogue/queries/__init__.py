"""Reading 列单, one module per subject."""

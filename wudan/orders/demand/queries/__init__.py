"""Reading orders, proposed classes and the roll; each scoped by who looks."""

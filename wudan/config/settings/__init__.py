"""One tree: `base` for all; `dev` on a developer's machine and in the demo; `test`; `prod`, which refuses to be unsafe."""

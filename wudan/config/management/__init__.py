"""Commands for `wudan manage`."""

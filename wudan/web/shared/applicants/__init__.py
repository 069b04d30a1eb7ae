"""The pages enterprises and providers have in common. Each audience's `urls.py` says who it is (`Desk`) and takes `pages(desk)`."""

"""Template tags and filters: `{% load wudan %}`."""

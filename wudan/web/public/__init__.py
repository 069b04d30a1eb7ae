"""Pages for anybody: what the programme offers, what one would receive, what is on public notice, and the policy itself."""

"""区人社局: the desks of intake, reviewers, towns, policy and system officers."""

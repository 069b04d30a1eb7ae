"""Classes on the screen (班级): the same plan, roster and bar of orders at the provider's, the bureau's and the enterprise's desk."""

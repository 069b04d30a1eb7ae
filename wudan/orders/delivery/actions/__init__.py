"""Where classes, attendance, assessments and certificates change, a module a group of verbs."""

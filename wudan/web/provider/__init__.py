"""Pages of training providers (培训机构): they claim for their learners on signed authority (代领)."""

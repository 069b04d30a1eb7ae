"""Pages of 财务拨付: pools and their statements, batches to the bank and back, recoveries, the 24-month reserve."""

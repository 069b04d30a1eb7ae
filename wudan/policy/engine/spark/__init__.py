"""Deciding a table on a Spark cluster (`--engine spark`): the same reading, checking and measuring as `table`, spread over machines.

Nothing of the rules is written again here. `job` is what every task must know, `splits` cuts the files, `tasks` holds the functions
that run inside a task, `carried` what goes from one to the next, `run` puts them in order, `exchange` knows pyspark and nothing else.
"""

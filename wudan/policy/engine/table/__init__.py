"""Deciding whole tables: the same rules as `single`, from the same typed nodes, column by column and person by person.

`source` hands out a table in groups, `cells` reads columns, `form` checks them, `rows` asks a scheme's own rules, `entries` works
out each row's part in the rules across claims as `frame` lays them out, `store` keeps that by partition of the persons, `folding`
measures a partition's persons with the loops of `kernels` (compiled by `fast` for large tables), `repeats` finds numbers that
occurred before, `run` puts it together.
"""

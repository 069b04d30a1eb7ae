"""The expression language (表达式): small, typed, without side effects and without running any code.

`parse.parse_expression` turns text into typed nodes; each node can be asked for one claim (`one`), for whole columns
(`many`), and in words. Numbers are exact: a rate is a fraction whose denominator is known when the rulebook loads.
"""

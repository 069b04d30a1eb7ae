"""The rulebook examines itself (规则集自查).

Facts are made at every boundary of every expression, decided by the engine itself, and what comes out is held against
what no rulebook should do: a claim without a price, two schemes paying one certificate, a limit that can never bind, a
day no version covers. Each finding (发现) shows a concrete person. What the district knows and has not settled stands in
its `open_points` (待定事项). `run.examine` is the way in. Pure Python, no Django.
"""

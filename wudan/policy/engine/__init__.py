"""The rulebook engine: a district's policy as data, decided claim by claim or table by table.

Verbs: `rulebook.load_rulebook`, `decide.decide`, `decide.decide_table`, `explain.explain`, and the commands of
`cli.main`. Pure Python with numpy and pyarrow; imports neither Django nor any other room.
"""

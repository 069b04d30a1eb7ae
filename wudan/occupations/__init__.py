"""Occupations (职业), trades (工种) and special skills (专项职业能力): editions of the 国家职业分类大典, and what became what.

Verbs: load occupations from a file, link one edition's to another's, register an approved special skill. Codes are never
guessed: a row says where it was read, and a code nobody confirmed stays empty (编码待核).
"""

"""Drafts (政策草案): the rulebook in force copied, changed by form and text, compared, proposed, approved by a second person.

Verbs: copy_rulebook, rename, save_entry, save_file, add_file, remove_file, accept_cases, propose, take_back, send_back, approve, drop.
"""

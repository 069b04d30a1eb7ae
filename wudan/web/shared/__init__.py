"""What every page is assembled from: layouts, parts, words, lists, forms, exports and the pages of refusal.

Its verbs: `render.page` shows a template, `ListPage.respond` answers a list with its search, sorting, pages and
export, `form` and its fields read what a person typed. docs/web-parts.md shows each part in use.
"""

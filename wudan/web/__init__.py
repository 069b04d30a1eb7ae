"""The pages, cut by audience (public, learner, enterprise, provider, bureau, finance, supervisor) over one shared look.

A view calls one action or one query and renders one template; audiences never import one another, all may import
`wudan.web.shared`. Templates stand in `templates/<audience>/`, our own styles and scripts in `static/wudan/`.
"""

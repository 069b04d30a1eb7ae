"""The addresses of 列单; `bureau.urls` takes them."""

from django.urls import path

from wudan.web.bureau.listing import abilities, editions, lists, offers, projects

urlpatterns = [
    path("listing/", lists.offers, name="offers"),
    path("listing/offers/new/", offers.offer_new, name="offer_new"),
    path("listing/offers/<int:offer_id>/", offers.offer, name="offer"),
    path("listing/offers/<int:offer_id>/do/<str:verb>/", offers.offer_act, name="offer_act"),
    path("listing/editions/", lists.editions, name="editions"),
    path("listing/editions/new/<str:kind>/", editions.edition_new, name="edition_new"),
    path("listing/editions/<int:edition_id>/", editions.edition, name="edition"),
    path("listing/editions/<int:edition_id>/as/<str:form>/", editions.edition_file, name="edition_file"),
    path("listing/editions/<int:edition_id>/do/<str:verb>/", editions.edition_do, name="edition_do"),
    path("listing/projects/", lists.projects, name="projects"),
    path("listing/projects/new/", projects.project_new, name="project_new"),
    path("listing/projects/<int:project_id>/", projects.project, name="project"),
    path("listing/projects/<int:project_id>/do/<str:verb>/", projects.project_act, name="project_act"),
    path("listing/abilities/", lists.abilities, name="abilities"),
    path("listing/abilities/<int:ability_id>/", abilities.ability, name="ability"),
    path("listing/abilities/<int:ability_id>/do/<str:verb>/", abilities.ability_act, name="ability_act"),
    path(
        "listing/abilities/<int:ability_id>/questions/", abilities.ability_questions, name="ability_questions"
    ),
]

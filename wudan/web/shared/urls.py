from django.urls import path

from wudan.web.shared import demand, desk_views, views

app_name = "shared"
urlpatterns = [
    path("desk/", desk_views.desk, name="desk"),
    path("desk/act-as/<int:membership_id>/", desk_views.act_as, name="act_as"),
    path("occupations/choices/", demand.suggest, name="occupation_choices"),
    path("text-size/", views.text_size, name="text_size"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/<slug:page_name>/", views.styleguide, name="styleguide_page"),
]

from django.urls import URLPattern, URLResolver, path

from groundswell.insight import views

app_name = "insight"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.campaign_map, name="map"),
    path("<slug:slug>/seats/<int:area_id>/", views.seat, name="seat"),
    path("<slug:slug>/next/", views.finder, name="finder"),
]

from django.urls import URLPattern, URLResolver, path

from groundswell.insight.views import follow_through, issues, maps

app_name = "insight"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", maps.index, name="index"),
    path("<slug:slug>/", maps.campaign_map, name="map"),
    path("<slug:slug>/seats/<int:area_id>/", maps.seat, name="seat"),
    path("<slug:slug>/next/", maps.finder, name="finder"),
    path("<slug:slug>/issues/", issues.picture, name="issues"),
    path("<slug:slug>/issues/export/", issues.export, name="issues_export"),
    path("<slug:slug>/follow-through/", follow_through.campaign_funnel, name="follow_through"),
    path("<slug:slug>/follow-through/export/", follow_through.export, name="follow_through_export"),
    path("<slug:slug>/follow-through/<int:pk>/", follow_through.message_funnel, name="message_follow_through"),
]

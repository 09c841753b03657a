from django.urls import URLPattern, URLResolver, path

from groundswell.surveys.views import organiser, public

app_name = "surveys"
urlpatterns: list[URLPattern | URLResolver] = [
    # The organiser's, below their campaign.
    path("campaigns/<slug:slug>/surveys/", organiser.surveys, name="list"),
    path("campaigns/<slug:slug>/surveys/new/", organiser.new, name="new"),
    path("campaigns/<slug:slug>/surveys/<int:pk>/", organiser.manage, name="manage"),
    path("campaigns/<slug:slug>/surveys/<int:pk>/edit/", organiser.edit, name="edit"),
    path("campaigns/<slug:slug>/surveys/<int:pk>/publication/", organiser.publication, name="publication"),
    path("campaigns/<slug:slug>/surveys/<int:pk>/closing/", organiser.closing, name="closing"),
    # Everybody's; one's own is short, to be sent in a text.
    path("surveys/<slug:slug>/", public.page, name="page"),
    path("q/<str:token>/", public.own, name="own"),
    path("q/<str:token>/thanks/", public.thanks, name="thanks"),
]

from django.urls import URLPattern, URLResolver, path

from groundswell.joining.views import numbers, organiser, public

app_name = "joining"
urlpatterns: list[URLPattern | URLResolver] = [
    # The organiser's, below their campaign.
    path("campaigns/<slug:slug>/sign-ups/", organiser.pages, name="list"),
    path("campaigns/<slug:slug>/sign-ups/new/", organiser.new, name="new"),
    path("campaigns/<slug:slug>/sign-ups/<int:pk>/", organiser.manage, name="manage"),
    path("campaigns/<slug:slug>/sign-ups/<int:pk>/edit/", organiser.edit, name="edit"),
    path("campaigns/<slug:slug>/sign-ups/<int:pk>/publication/", organiser.publication, name="publication"),
    path("campaigns/<slug:slug>/sign-ups/<int:pk>/closing/", organiser.closing, name="closing"),
    # Everybody's. "join/" is where volunteers are invited.
    path("sign-up/confirmation/<str:token>/", public.confirm, name="confirm"),
    path("sign-up/confirmation/<str:token>/number/", numbers.number, name="number"),
    path("sign-up/confirmation/<str:token>/number/code/", numbers.another, name="number_code"),
    path("sign-up/<slug:slug>/", public.page, name="page"),
    path("sign-up/<slug:slug>/thanks/", public.thanks, name="thanks"),
    path("sign-up/<slug:slug>/frame/", public.embedded, name="embedded"),
    path("sign-up/<slug:slug>/frame/thanks/", public.embedded_thanks, name="embedded_thanks"),
]

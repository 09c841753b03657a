"""Short addresses, at the root: they are printed, read out and put into 280 letters."""

from django.urls import path

from groundswell.campaigns.views import links

urlpatterns = [
    path("s/<slug:code>/", links.tracked_link, name="tracked_link"),
    path("s/<slug:code>/mastodon/", links.mastodon, name="mastodon"),
]

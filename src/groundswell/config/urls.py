"""Every address of the site. URLs are nouns; each room owns its own below its prefix."""

from django.conf import settings
from django.urls import include, path

# The calling pages stand first: they are asked for hundreds of times a second, and every pattern before costs.
urlpatterns = [
    path("phonebank/", include("groundswell.phonebank.urls")),
    path("", include("groundswell.web.urls")),
    path("textbank/", include("groundswell.textbank.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("groundswell.accounts.urls")),
    path("places/", include("groundswell.places.urls")),
    path("compliance/", include("groundswell.compliance.urls")),
    path("", include("groundswell.campaigns.link_urls")),
    path("campaigns/", include("groundswell.campaigns.urls")),
    path("preferences/", include("groundswell.messaging.preference_urls")),
    path("messages/", include("groundswell.messaging.urls")),
    path("messaging/", include("groundswell.messaging.incoming_urls")),
    path("", include("groundswell.events.urls")),
    path("", include("groundswell.joining.urls")),
    path("", include("groundswell.surveys.urls")),
    path("keywords/", include("groundswell.flows.urls")),
    path("insight/", include("groundswell.insight.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("groundswell.accounts.demo_urls")))

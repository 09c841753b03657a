"""The addresses of a site that runs the demo."""

from django.urls import include, path

from groundswell.config.urls import urlpatterns as ordinary

urlpatterns = [*ordinary, path("demo/", include("groundswell.accounts.demo_urls"))]

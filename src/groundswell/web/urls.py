from django.urls import include, path

from groundswell.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("privacy/", views.privacy, name="privacy"),
    path("about-the-data/", views.about_data, name="about_data"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("people/", include("groundswell.web.person.urls")),
    path("imports/", include("groundswell.web.imports.urls")),
    path("styleguide/", views.styleguide, name="styleguide"),
]

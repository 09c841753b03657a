from django.urls import URLPattern, URLResolver, path

from groundswell.messaging.views import preferences

# By the signed link alone, whoever opens it: it was sent to one address.
app_name = "preferences"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:token>/", preferences.page, name="page"),
    path("<str:token>/one-click/", preferences.one_click, name="one_click"),
    path("<str:token>/consents/<int:point>/<slug:channel>/", preferences.consent, name="consent"),
    path("<str:token>/topics/<int:question>/", preferences.topics, name="topics"),
    path("<str:token>/pause/", preferences.pause, name="pause"),
    path("<str:token>/stop/", preferences.stop, name="stop"),
    path("<str:token>/objection/", preferences.objection, name="objection"),
    path("<str:token>/requests/", preferences.data_request, name="request"),
]

from django.urls import URLPattern, URLResolver, path

from groundswell.web.person.views import actions, pages

app_name = "person"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.search, name="search"),
    path("<int:pk>/", pages.page, name="page"),
    path("<int:pk>/close/", actions.close, name="close"),
    path("<int:pk>/suppressions/<int:suppression>/lift/", actions.lift, name="lift"),
    path("<int:pk>/objection/", actions.object_, name="object"),
    path("<int:pk>/erase/", actions.erase, name="erase"),
    path("<int:pk>/export/", actions.export, name="export"),
    path("<int:pk>/name/", actions.rename, name="rename"),
    path("<int:pk>/departure/", actions.put_back, name="put_back"),
    path("<int:pk>/addresses/", actions.add, name="add_address"),
    path("<int:pk>/addresses/retire/", actions.retire, name="retire_address"),
    path("<int:pk>/tags/", actions.tag, name="tag"),
    path("<int:pk>/tags/<int:tag>/remove/", actions.untag, name="untag"),
    path("<int:pk>/consents/", actions.consent, name="consent"),
    path("<int:pk>/consents/<int:consent>/withdraw/", actions.withdraw, name="withdraw"),
]

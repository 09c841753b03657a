from django.urls import URLPattern, URLResolver, path

from groundswell.flows.views import emails, flows, steps, trying

app_name = "flows"
urlpatterns: list[URLPattern | URLResolver] = [
    # Everybody's, by the signed link in a letter.
    path("confirmation/<str:token>/", emails.confirm, name="confirm"),
    path("of/<slug:slug>/", flows.index, name="list"),
    path("of/<slug:slug>/new/", flows.new, name="new"),
    path("of/<slug:slug>/<int:pk>/", flows.manage, name="manage"),
    path("of/<slug:slug>/<int:pk>/words/", flows.edit, name="edit"),
    path("of/<slug:slug>/<int:pk>/publication/", flows.publication, name="publication"),
    path("of/<slug:slug>/<int:pk>/retirement/", flows.retirement, name="retirement"),
    path("of/<slug:slug>/<int:pk>/copy/", flows.copy, name="copy"),
    path("of/<slug:slug>/<int:pk>/deletion/", flows.discard, name="discard"),
    path("of/<slug:slug>/<int:pk>/message/", flows.lead, name="lead"),
    path("of/<slug:slug>/<int:pk>/try/", trying.rehearsal, name="rehearsal"),
    path("of/<slug:slug>/<int:pk>/questions/new/<slug:kind>/", steps.new, name="new_step"),
    path("of/<slug:slug>/<int:pk>/questions/<int:step>/", steps.edit, name="step"),
    path("of/<slug:slug>/<int:pk>/questions/<int:step>/place/", steps.place, name="place"),
]

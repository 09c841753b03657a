from django.urls import URLPattern, URLResolver, path

from groundswell.compliance.views import requests, retention, rules, screening

app_name = "compliance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("rules/", rules.rules, name="rules"),
    path("figures/", rules.figures, name="figures"),
    path("figures/<slug:key>/", rules.figure, name="figure"),
    path("screening/", screening.screening, name="screening"),
    path("do-not-call/", screening.do_not_call, name="do_not_call"),
    path("do-not-call/<int:pk>/lift/", screening.lift, name="lift"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/done/", requests.handled, name="request_handled"),
    path("retention/", retention.retention, name="retention"),
    path("retention/<slug:category>/delete/", retention.delete, name="delete_expired"),
]

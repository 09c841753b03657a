from django.urls import URLPattern, URLResolver, path

from groundswell.web.imports.views import outcome, wizard

app_name = "imports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", outcome.index, name="index"),
    path("new/<slug:kind>/", wizard.upload, name="new"),
    path("<int:pk>/", outcome.page, name="import"),
    path("<int:pk>/columns/", wizard.columns, name="columns"),
    path("<int:pk>/preview/", wizard.preview, name="preview"),
    path("<int:pk>/run/", wizard.run, name="run"),
    path("<int:pk>/progress/", outcome.progress, name="progress"),
    path("<int:pk>/rejects/", outcome.rejects, name="rejects"),
    path("<int:pk>/undo/", outcome.undo, name="undo"),
    path("<int:pk>/discard/", wizard.discard, name="discard"),
]

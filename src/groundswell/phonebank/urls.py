from django.urls import URLPattern, URLResolver

from groundswell.phonebank.views.caller import urls as caller

app_name = "phonebank"
urlpatterns: list[URLPattern | URLResolver] = [*caller.urlpatterns]

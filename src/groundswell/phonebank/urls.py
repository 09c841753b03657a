from django.urls import URLPattern, URLResolver

from groundswell.phonebank.views.board import urls as board
from groundswell.phonebank.views.caller import urls as caller
from groundswell.phonebank.views.organiser import urls as organiser

app_name = "phonebank"
urlpatterns: list[URLPattern | URLResolver] = [*caller.urlpatterns, *board.urlpatterns, *organiser.urlpatterns]

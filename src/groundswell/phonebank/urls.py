from django.urls import URLPattern, URLResolver

from groundswell.phonebank.views.board import urls as board
from groundswell.phonebank.views.caller import urls as caller
from groundswell.phonebank.views.organiser import urls as organiser
from groundswell.phonebank.views.session import urls as session

app_name = "phonebank"
urlpatterns: list[URLPattern | URLResolver] = [
    *caller.urlpatterns,
    *session.urlpatterns,
    *board.urlpatterns,
    *organiser.urlpatterns,
]

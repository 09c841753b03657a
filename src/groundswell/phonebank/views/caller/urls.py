from django.urls import path

from groundswell.phonebank.views.caller import pages
from groundswell.phonebank.views.session import line

urlpatterns = [
    path("calling/", pages.calling, name="calling"),
    path("calling/token/", pages.token, name="token"),
    path("calling/<int:bank_id>/", pages.call, name="call"),
    path("calling/<int:bank_id>/result/", pages.result, name="result"),
    path("calling/<int:bank_id>/undo/", pages.undo, name="undo"),
    path("calling/<int:bank_id>/skip/", pages.skip, name="skip"),
    path("calling/<int:bank_id>/flag/", pages.flag, name="flag"),
    path("calling/<int:bank_id>/pause/", pages.pause, name="pause"),
    path("calling/<int:bank_id>/resume/", pages.resume, name="resume"),
    path("calling/<int:bank_id>/heartbeat/", pages.heartbeat, name="heartbeat"),
    path("calling/<int:bank_id>/session/", line.line, name="session_line"),
]

"""Addresses of the board of a session: for a wall by its key, for everybody in the campaign by the session."""

from django.urls import URLPattern, path

from groundswell.phonebank.views.board import report, screens

urlpatterns: list[URLPattern] = [
    path("board/<slug:board_key>/", screens.wall, name="wall"),
    path("board/<slug:board_key>/numbers/", screens.wall_numbers, name="wall_numbers"),
    path("sessions/<int:session_id>/board/", screens.board, name="board"),
    path("sessions/<int:session_id>/board/numbers/", screens.board_numbers, name="board_numbers"),
    path("sessions/<int:session_id>/board/leaders/", report.leaders, name="board_leaders"),
    path("sessions/<int:session_id>/board/key/", report.key, name="board_key"),
    path("sessions/<int:session_id>/report/", report.report, name="session_report"),
    path("sessions/<int:session_id>/report.pdf", report.report_pdf, name="session_report_pdf"),
    path("sessions/<int:session_id>/report/export/", report.report_export, name="session_report_export"),
    path("sessions/<int:session_id>/picture.png", report.picture, name="session_picture"),
]

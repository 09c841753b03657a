"""Addresses of the board of a session: for a wall by its key, for everybody in the campaign by the session."""

from django.urls import URLPattern, path

from groundswell.phonebank.views.board import screens

urlpatterns: list[URLPattern] = [
    path("board/<str:board_key>/", screens.wall, name="wall"),
    path("board/<str:board_key>/numbers/", screens.wall_numbers, name="wall_numbers"),
    path("sessions/<int:session_id>/board/", screens.board, name="board"),
    path("sessions/<int:session_id>/board/numbers/", screens.board_numbers, name="board_numbers"),
]

"""Addresses of the evening's pages."""

from django.urls import URLPattern, path

from groundswell.phonebank.views.session import host, lobby, practice

urlpatterns: list[URLPattern] = [
    path("sessions/<int:pk>/", lobby.lobby, name="session"),
    path("sessions/<int:pk>/here/", lobby.here, name="session_here"),
    path("sessions/<int:pk>/join/", lobby.join, name="session_join"),
    path("sessions/<int:pk>/start/", lobby.start, name="session_start"),
    path("sessions/<int:pk>/leave/", lobby.leave, name="session_leave"),
    path("sessions/<int:pk>/thanks/", lobby.thanks, name="session_thanks"),
    path("sessions/<int:pk>/practice/", practice.practice, name="session_practice"),
    path("sessions/<int:pk>/practice/result/", practice.practice_result, name="session_practice_result"),
    path("sessions/<int:pk>/host/", host.host, name="session_host"),
    path("sessions/<int:pk>/host/live/", host.live, name="session_host_live"),
    path("sessions/<int:pk>/host/begin/", host.begin, name="session_begin"),
    path("sessions/<int:pk>/host/message/", host.message, name="session_message"),
    path("sessions/<int:pk>/host/end/", host.end, name="session_end"),
    path("sessions/<int:pk>/host/list/", host.move, name="session_move"),
    path("sessions/<int:pk>/host/close/", host.close, name="session_close"),
    path("sessions/<int:pk>/host/link/", host.link, name="session_link"),
    path("sessions/<int:pk>/host/flags/<int:flag_id>/", host.flag, name="session_flag"),
    path("sessions/<int:pk>/room/", host.room, name="session_room"),
]

from django.urls import URLPattern, URLResolver, path

from groundswell.messaging.views import composer, releasing, senders, sending

app_name = "messaging"
urlpatterns: list[URLPattern | URLResolver] = [
    path("senders/", senders.senders, name="senders"),
    path("senders/new/", senders.new_sender, name="new_sender"),
    path("senders/new/text/", senders.new_text_sender, name="new_text_sender"),
    path("senders/<int:pk>/", senders.sender, name="sender"),
    path("senders/<int:pk>/pace/", senders.sender_pace, name="sender_pace"),
    path("senders/<int:pk>/letter/", senders.sender_letter, name="sender_letter"),
    path("senders/<int:pk>/retirement/", senders.sender_retirement, name="sender_retirement"),
    path("of/<slug:slug>/", composer.index, name="index"),
    path("of/<slug:slug>/new/<slug:channel>/", composer.new_message, name="new_message"),
    path("of/<slug:slug>/look/<slug:channel>/", composer.look, name="look"),
    path("of/<slug:slug>/reach/<slug:channel>/", composer.reach, name="reach"),
    path("of/<slug:slug>/<int:pk>/", sending.message, name="message"),
    path("of/<slug:slug>/<int:pk>/words/", composer.edit_message, name="edit_message"),
    path("of/<slug:slug>/<int:pk>/deletion/", composer.discard, name="discard"),
    path("of/<slug:slug>/<int:pk>/preview/", composer.preview, name="preview"),
    path("of/<slug:slug>/<int:pk>/preview/letter/", composer.preview_html, name="preview_html"),
    path("of/<slug:slug>/<int:pk>/test/", composer.test, name="test"),
    path("of/<slug:slug>/<int:pk>/live/", sending.message_live, name="message_live"),
    path("of/<slug:slug>/<int:pk>/submission/", releasing.submission, name="submission"),
    path("of/<slug:slug>/<int:pk>/approval/", releasing.approval, name="approval"),
    path("of/<slug:slug>/<int:pk>/steering/", releasing.steering, name="steering"),
    path("of/<slug:slug>/<int:pk>/not-reached/", sending.not_reached, name="not_reached"),
    path("of/<slug:slug>/<int:pk>/not-reached/export/", sending.not_reached_export, name="not_reached_export"),
]

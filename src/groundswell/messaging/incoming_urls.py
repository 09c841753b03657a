from django.urls import URLPattern, URLResolver, path

from groundswell.messaging.views import inbox, simulator, webhooks

app_name = "incoming"
urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:pk>/", inbox.handle, name="handle"),
    path("inbox/<int:pk>/texts/", inbox.thread, name="thread"),
    path("inbox/<int:pk>/reply/", inbox.reply, name="reply"),
    path("simulator/", simulator.simulator, name="simulator"),
    path("webhooks/twilio/inbound/", webhooks.twilio_inbound, name="twilio_inbound"),
    path("webhooks/http/inbound/", webhooks.http_inbound, name="http_inbound"),
    path("webhooks/twilio/receipts/", webhooks.twilio_receipts, name="twilio_receipts"),
    path("webhooks/email/<str:service>/", webhooks.email_events, name="email_events"),
    path("webhooks/http/receipts/", webhooks.http_receipts, name="http_receipts"),
]

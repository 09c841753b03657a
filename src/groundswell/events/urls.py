from django.urls import URLPattern, URLResolver, path

from groundswell.events.views import letters, organiser, own, passing_on, public, sign_ups

app_name = "events"
urlpatterns: list[URLPattern | URLResolver] = [
    # The organiser's, below their campaign.
    path("campaigns/<slug:slug>/events/", organiser.events, name="list"),
    path("campaigns/<slug:slug>/events/new/", organiser.new, name="new"),
    path("campaigns/<slug:slug>/events/<int:pk>/", organiser.manage, name="manage"),
    path("campaigns/<slug:slug>/events/<int:pk>/edit/", organiser.edit, name="edit"),
    path("campaigns/<slug:slug>/events/<int:pk>/preview/", organiser.preview, name="preview"),
    path("campaigns/<slug:slug>/events/<int:pk>/publication/", organiser.publication, name="publication"),
    path("campaigns/<slug:slug>/events/<int:pk>/time/", organiser.move, name="move"),
    path("campaigns/<slug:slug>/events/<int:pk>/cancellation/", organiser.cancellation, name="cancellation"),
    path("campaigns/<slug:slug>/events/<int:pk>/weeks/", organiser.weeks, name="weeks"),
    path("campaigns/<slug:slug>/events/<int:pk>/discarding/", organiser.discarding, name="discarding"),
    path("campaigns/<slug:slug>/events/<int:pk>/sign-ups/", sign_ups.sign_ups, name="sign_ups"),
    path(
        "campaigns/<slug:slug>/events/<int:pk>/sign-ups/<int:attendance_id>/arrival/", sign_ups.arrival, name="arrival"
    ),
    path(
        "campaigns/<slug:slug>/events/<int:pk>/sign-ups/<int:attendance_id>/removal/", sign_ups.removal, name="removal"
    ),
    path("campaigns/<slug:slug>/events/<int:pk>/letters/<int:notice_id>/again/", letters.again, name="letter_again"),
    # A sign-up's own page, by the signed link in its letters.
    path("events/mine/<str:token>/", own.mine, name="mine"),
    path("events/mine/<str:token>/consents/<slug:channel>/", own.consent, name="mine_consent"),
    path("events/mine/<str:token>/withdrawal/", own.withdrawal, name="mine_withdrawal"),
    path("events/mine/<str:token>/coming-in/", own.coming_in, name="mine_coming_in"),
    # Everybody's.
    path("events/", public.index, name="index"),
    path("events/<slug:slug>/", public.page, name="page"),
    path("events/<slug:slug>/card.png", passing_on.card, name="card"),
    path("events/<slug:slug>/event.ics", passing_on.calendar, name="calendar"),
    path("events/<slug:slug>/letter/", public.letter, name="letter"),
    path("events/<slug:slug>/thanks/", public.thanks, name="thanks"),
]

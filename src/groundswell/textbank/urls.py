from django.urls import URLPattern, URLResolver, path

from groundswell.textbank.views import conversation, organiser, volunteer

app_name = "textbank"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", volunteer.texting, name="texting"),
    path("size/", conversation.size, name="size"),
    path("<int:bank_id>/", volunteer.text, name="text"),
    path("<int:bank_id>/batch/", volunteer.batch, name="batch"),
    path("<int:bank_id>/press/", volunteer.press, name="press"),
    path("<int:bank_id>/skip/", volunteer.skip, name="skip"),
    path("<int:bank_id>/leave/", volunteer.leave, name="leave"),
    path("<int:bank_id>/replies/", volunteer.replies, name="replies"),
    path("<int:bank_id>/standing/", volunteer.standing, name="standing"),
    path("<int:bank_id>/take/", volunteer.take, name="take"),
    path("conversations/<int:pk>/", conversation.conversation, name="conversation"),
    path("conversations/<int:pk>/reply/", conversation.reply, name="reply"),
    path("conversations/<int:pk>/answers/", conversation.answers, name="answers"),
    path("conversations/<int:pk>/about/", conversation.about, name="about"),
    path("conversations/<int:pk>/steering/", conversation.steering, name="steer_conversation"),
    path("of/<slug:slug>/", organiser.index, name="index"),
    path("of/<slug:slug>/new/", organiser.new_bank, name="new_bank"),
    path("of/<slug:slug>/look/", organiser.look, name="look"),
    path("of/<slug:slug>/review/", organiser.review, name="review"),
    path("of/<slug:slug>/<int:pk>/", organiser.bank, name="bank"),
    path("of/<slug:slug>/<int:pk>/live/", organiser.bank_live, name="bank_live"),
    path("of/<slug:slug>/<int:pk>/settings/", organiser.edit_bank, name="edit_bank"),
    path("of/<slug:slug>/<int:pk>/status/", organiser.status, name="status"),
    path("of/<slug:slug>/<int:pk>/canned/", organiser.new_canned, name="new_canned"),
    path("of/<slug:slug>/<int:pk>/canned/<int:reply_id>/", organiser.canned, name="canned"),
    path("of/<slug:slug>/<int:pk>/sweep/", organiser.sweep_up, name="sweep"),
    path("of/<slug:slug>/<int:pk>/texters/<int:user_id>/", organiser.take_over, name="take_over"),
    path("of/<slug:slug>/<int:pk>/results/", organiser.results, name="results"),
]

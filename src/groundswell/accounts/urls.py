from django.urls import URLPattern, URLResolver, path

from groundswell.accounts.views import account, audit, join, organisation, team

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("join/<str:token>/", join.join, name="join"),
    path("join/<str:token>/code/", join.confirm, name="join_code"),
    path("setup/<str:token>/", organisation.setup, name="setup"),
    path("second-factor/", account.second_factor, name="second_factor"),
    path("me/", account.me, name="me"),
    path("me/sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("team/", team.index, name="team"),
    path("team/invitations/", team.invitations, name="invitations"),
    path("team/invitations/new/", team.invite, name="invite"),
    path("team/invitations/<int:pk>/", team.invitation, name="invitation"),
    path("team/invitations/<int:pk>/revoke/", team.revoke_invitation, name="revoke_invitation"),
    path("team/<int:pk>/", team.member, name="member"),
    path("team/<int:pk>/revoke/", team.revoke, name="revoke_membership"),
    path("audit/", audit.index, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
    path("organisation/", organisation.settings_page, name="organisation"),
]

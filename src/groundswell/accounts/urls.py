from django.urls import URLPattern, URLResolver, path

from groundswell.accounts.views import account

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("second-factor/", account.second_factor, name="second_factor"),
]

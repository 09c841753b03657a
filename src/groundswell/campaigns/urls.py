from django.urls import URLPattern, URLResolver, path

from groundswell.campaigns.views import campaigns, cribs, scripts

app_name = "campaigns"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", campaigns.index, name="index"),
    path("new/", campaigns.new, name="new"),
    path("<slug:slug>/", campaigns.campaign, name="campaign"),
    path("<slug:slug>/settings/", campaigns.settings, name="settings"),
    path("<slug:slug>/candidates/new/", campaigns.candidate, name="new_candidate"),
    path("<slug:slug>/candidates/<int:pk>/", campaigns.candidate, name="candidate"),
    path("<slug:slug>/candidates/<int:pk>/removal/", campaigns.candidate_removal, name="candidate_removal"),
    path("<slug:slug>/crib-sheets/", cribs.cribs, name="cribs"),
    path("<slug:slug>/crib-sheets/<int:area_id>/preview/", cribs.crib_preview, name="crib_preview"),
    path("<slug:slug>/crib-sheets/<int:area_id>/", cribs.crib, name="crib"),
    path("<slug:slug>/crib-sheets/<int:area_id>/versions/<int:version>/", cribs.crib_version, name="crib_version"),
    path("<slug:slug>/crib-sheets/<int:area_id>/sheet/", cribs.crib_page, name="crib_page"),
    path("<slug:slug>/crib-sheets/<int:area_id>/sheet.pdf", cribs.crib_paper, name="crib_paper"),
    path("<slug:slug>/scripts/", scripts.scripts, name="scripts"),
    path("<slug:slug>/scripts/new/", scripts.new_script, name="new_script"),
    path("<slug:slug>/scripts/<int:pk>/", scripts.script, name="script"),
    path("<slug:slug>/scripts/<int:pk>/preview/", scripts.script_preview, name="script_preview"),
    path("<slug:slug>/scripts/<int:pk>/copy/", scripts.script_copy, name="script_copy"),
    path("<slug:slug>/scripts/<int:pk>/deletion/", scripts.script_deletion, name="script_deletion"),
    path("<slug:slug>/scripts/<int:pk>/steps/", scripts.steps, name="steps"),
    path("<slug:slug>/scripts/<int:pk>/steps/<int:step_id>/", scripts.step, name="step"),
    path("<slug:slug>/questions/new/", scripts.new_question, name="new_question"),
    path("<slug:slug>/questions/<int:pk>/", scripts.question, name="question"),
]

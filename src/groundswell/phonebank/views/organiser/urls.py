"""Addresses of the organiser's pages."""

from django.urls import URLPattern, path

from groundswell.phonebank.views.organiser import banks, overview, people, results

urlpatterns: list[URLPattern] = [
    path("organise/", overview.index, name="index"),
    path("organise/outcomes/", people.outcomes, name="outcomes"),
    path("organise/outcomes/new/", people.outcome, name="new_outcome"),
    path("organise/outcomes/<int:pk>/", people.outcome, name="outcome"),
    path("organise/<slug:slug>/", overview.overview, name="overview"),
    path("organise/<slug:slug>/live/", overview.overview_live, name="overview_live"),
    path("organise/<slug:slug>/banks/new/", banks.new_bank, name="new_bank"),
    path("organise/<slug:slug>/banks/count/", banks.bank_count, name="bank_count"),
    path("organise/<slug:slug>/banks/<int:pk>/", banks.bank, name="bank"),
    path("organise/<slug:slug>/banks/<int:pk>/live/", banks.bank_live, name="bank_live"),
    path("organise/<slug:slug>/banks/<int:pk>/building/", banks.bank_building, name="bank_building"),
    path("organise/<slug:slug>/banks/<int:pk>/settings/", banks.edit_bank, name="edit_bank"),
    path("organise/<slug:slug>/banks/<int:pk>/reach/", banks.reach, name="reach"),
    path("organise/<slug:slug>/banks/<int:pk>/status/", banks.status, name="bank_status"),
    path("organise/<slug:slug>/results/", results.results, name="results"),
    path("organise/<slug:slug>/results/export/", results.results_export, name="results_export"),
    path("organise/<slug:slug>/callers/", people.callers, name="callers"),
    path("organise/<slug:slug>/callers/<int:pk>/", people.caller, name="caller"),
    path("organise/<slug:slug>/callers/<int:pk>/review/", people.caller_review, name="caller_review"),
    path("organise/<slug:slug>/flags/", people.flags, name="flags"),
    path("organise/<slug:slug>/flags/<int:pk>/solution/", people.flag_solution, name="flag_solution"),
]

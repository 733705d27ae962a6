"""Addresses of filings and reports, below `incidents/<uid>/`, and of readers and the house's register."""

from django.urls import path

from notifications.views import (
    filing_edit,
    filing_release,
    filings,
    portfolio,
    readers,
    register,
    reports,
    senders,
    transports,
)

urlpatterns = [
    path("filings/", filings.filing_list, name="filings"),
    path("filings/new/", filings.filing_new, name="filing-new"),
    path("filings/<str:row>/", filings.filing, name="filing"),
    path("filings/<str:row>/sections/<str:key>/", filing_edit.section, name="filing-section"),
    path("filings/<str:row>/rows/<str:key>/later/", filing_edit.promise, name="filing-promise"),
    path("filings/<str:row>/facts/", filing_edit.take_over, name="filing-facts"),
    path("filings/<str:row>/withdraw/", filing_edit.withdraw, name="filing-withdraw"),
    path("filings/<str:row>/preview.pdf", filing_release.preview, name="filing-preview"),
    path("filings/<str:row>/submit/", filing_release.submit, name="filing-submit"),
    path("filings/<str:row>/render/", filing_release.make, name="filing-render"),
    path("filings/<str:row>/filing.pdf", filing_release.pdf, name="filing-pdf"),
    path("filings/<str:row>/filing.json", filing_release.document, name="filing-json"),
    path("filings/<str:row>/receipt/", filing_release.receipt, name="filing-receipt"),
    path("filings/<str:row>/follow-up/", filing_release.follow, name="filing-follow-up"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<str:row>/report.age", reports.age_file, name="report-age"),
    path("reports/<str:row>/report.pdf", reports.pdf, name="report-pdf"),
]

house_patterns = [
    path("readers/", readers.readers, name="readers"),
    path("readers/<str:row>/retire/", readers.retire, name="reader-retire"),
    path("settings/senders/", senders.senders, name="settings-senders"),
    path("settings/senders/<str:row>/", senders.sender, name="settings-sender"),
    path("settings/transports/", transports.transports, name="settings-transports"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("register/", register.register, name="register"),
    path("register/register.csv", register.export, name="register-csv"),
]

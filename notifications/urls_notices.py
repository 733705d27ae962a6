"""Addresses of letters, below `incidents/<uid>/`."""

from django.urls import path

from notifications.views import differences, drafting, letter, notices, printing, reach, sending

urlpatterns = [
    path("notices/", notices.notice_list, name="notices"),
    path("notices/new/", notices.notice_new, name="notice-new"),
    path("notices/<str:row>/", sending.notice, name="notice"),
    path("notices/<str:row>/differences/<str:way>/", differences.listed, name="notice-differences"),
    path("notices/<str:row>/frame/", notices.notice_frame, name="notice-frame"),
    path("notices/<str:row>/texts/<str:key>/", drafting.notice_text, name="notice-text"),
    path(
        "notices/<str:row>/texts/<str:key>/versions/<str:part>/<int:version>/",
        drafting.text_version,
        name="notice-text-version",
    ),
    path("notices/<str:row>/letters/<int:number>/", notices.notice_variant, name="notice-variant"),
    path("notices/<str:row>/letters/<int:number>.pdf", notices.notice_variant_pdf, name="notice-variant-pdf"),
    path("letters/", letter.find, name="letter-find"),
    path("letters/<str:row>/", letter.letter, name="letter"),
    path("letters/<str:row>/<str:size>.pdf", letter.letter_pdf, name="letter-pdf"),
    path("reach/", reach.reached, name="reach"),
    path("reach/<str:row>/<str:regime>/<str:tag>.<str:form>", reach.draft, name="public-draft"),
    path("print/<str:row>/", printing.print_run, name="print-run"),
    path("print/<str:row>/files/<int:number>/", printing.print_file, name="print-file"),
    path("print/<str:row>/manifest/", printing.print_manifest, name="print-manifest"),
]

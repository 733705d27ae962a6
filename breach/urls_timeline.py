"""Addresses of timeline, evidence and playbook, included under `incidents/<uid>/`."""

from django.urls import path

from breach.views import evidence, playbooks, timeline

urlpatterns = [
    path("timeline/", timeline.timeline, name="timeline"),
    path("timeline/add/", timeline.add, name="timeline-add"),
    path("timeline/evidence/<str:row>/", evidence.download, name="evidence-download"),
    path("timeline/<str:row>/", timeline.entry, name="timeline-entry"),
    path("timeline/<str:row>/correct/", timeline.correct, name="timeline-correct"),
    path("timeline/<str:row>/attach/", evidence.attach, name="evidence-attach"),
    path("playbook/", playbooks.playbook, name="playbook"),
    path("playbook/start/", playbooks.start, name="playbook-start"),
    path("playbook/<str:row>/replan/", playbooks.replan, name="playbook-replan"),
    path("playbook/tasks/<str:row>/move/", playbooks.move, name="task-move"),
    path("playbook/tasks/<str:row>/assign/", playbooks.assign, name="task-assign"),
]

"""One incident with an object of every kind, made through the services: for tests that walk pages or look for leaks."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from breach.models import (
    AffectedClient,
    Approval,
    Attachment,
    Client,
    ClientImport,
    Contract,
    Event,
    IntakeFile,
    LawHold,
    Obligation,
    PeopleExport,
    Person,
    PlaybookRun,
    ReportLink,
    Share,
    Suspicion,
    Task,
    WebhookEndpoint,
)
from breach.queries.people import Filters
from breach.services import access, clients, evidence, intake, people, people_exports, webhooks
from breach.services.affected import Concern, list_clients
from breach.services.contracts import add_contract
from breach.services.feeds import Made, make_feed
from breach.services.holds import Request, enter_hold
from breach.services.playbooks import assign_task, start_playbook
from breach.services.report_links import make_link
from breach.services.suspicions import report as report_suspicion
from breach.timewords import Moment
from breach.vault.readers import new_identity
from notifications.delivery.post import print_some
from notifications.models import Filing, Notice, PrintRun, Reader, Report
from notifications.services import filings
from notifications.services.prepare import prepare_some
from notifications.services.reports import add_reader, make_report
from tests.breach.intake.tables import packed
from tests.house import House
from tests.notifications import campaign
from tests.notifications.views.case import decide, drafted

TABLE = (
    "Nom;Prénom;Courriel;Adresse;Code postal;Ville;Pays;N° client\n"
    "Lefèvre;Zoé;zoe.lefevre@example.org;7 rue des Lilas;75011;Paris;FR;C-90817\n"
    "Vandamme;Odile;kaputt@;11 quai des Fossés;33000;Bordeaux;FR;C-90818\n"
)
CLIENT = {"reference": "K-1", "name": "Atelier Nord", "email": "alerte@nord.example", "window_value": "24"}
CLIENTS = "reference,name,email\nK-2,Quai Sud,alerte@sud.example\nK-3,Port Est,alerte@\n"


@dataclass
class World:
    """The objects whose uids stand in addresses."""

    house: House
    event: Event
    attachment: Attachment
    run: PlaybookRun
    task: Task
    obligation: Obligation
    hold: LawHold
    intake_file: IntakeFile
    person: Person
    late: Person
    people_export: PeopleExport
    notice: Notice
    draft: Notice
    print_run: PrintRun
    filing: Filing
    approval: Approval
    reader: Reader
    report: Report
    guests_task: Task
    shared: Share
    endpoint: WebhookEndpoint
    feed: Made
    contract: Contract
    client: Client
    client_table: ClientImport
    affected: AffectedClient
    report_link: ReportLink
    suspicion: Suspicion


def build_world(house: House, now: datetime) -> World:
    """Play an incident up to printed letters, a filing that waits for approval and a report."""
    decide(house)
    incident, party, actor = house.incident, house.party, house.responder
    event, attachment = evidence.log_with_file(
        actor=actor,
        incident=incident,
        party=party,
        kind="detected",
        text="Alarm of the intrusion detection.",
        moment=Moment.at(now - timedelta(hours=2), "Europe/Paris"),
        stream=io.BytesIO(b"203.0.113.7 GET /export\n"),
        filename="access.log",
        now=now,
        is_detection=True,
    )
    run = start_playbook(actor=actor, incident=incident, party=party, key="web_application", now=now)
    table = intake.upload(
        actor=actor,
        incident=incident,
        party=party,
        stream=io.BytesIO(packed({"people.csv": TABLE, "read me.txt": "Exported from the shop."})),
        filename="people.zip",
        now=now,
    )
    intake.profile(actor=actor, file=table, now=now)
    intake.dry_run(actor=actor, file=table, now=now)
    known = campaign.add_people(house, now)
    notice = campaign.released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    print_some(notice=notice, now=now)
    draft = campaign.draft(house, now)
    filing = drafted(house)
    approval = filings.submit_for_approval(
        actor=actor, filing=filing, approvers=[house.manager, house.deputy], now=now
    )
    reader = add_reader(
        actor=house.manager,
        name="Hélène Roux",
        email="board@example.org",
        recipient=new_identity()[1],
        now=now,
    )
    report = make_report(actor=actor, incident=incident, readers=[reader], language="en", now=now).report
    obligation = Obligation.objects.filter(incident=incident).order_by("pk").first()
    assert obligation is not None
    endpoint = webhooks.add_endpoint(
        actor=house.admin, name="Pager", url="http://127.0.0.1:1/", now=now
    ).endpoint
    late = people.add_person(
        actor=actor,
        incident=incident,
        party=party,
        values={"full_name": "Odile Vandamme", "email": "odile@mail.example", "country": "FR"},
        kinds=campaign.KINDS,
        reason="found late",
        now=now,
    )
    people_export = people_exports.ask(
        actor=house.manager,
        incident=incident,
        party=party,
        filters=Filters(country="FR"),
        columns=["full_name", "email"],
        reason="for the call centre",
        approvers=[house.deputy],
        now=now,
    )
    guests_task = run.tasks.order_by("-position")[0]
    assign_task(actor=actor, task=guests_task, owner=house.guest, now=now)
    shared = access.share(actor=house.manager, attachment=attachment, user=house.guest, now=now)
    client = clients.save_client(actor=house.manager, client=None, values=CLIENT, now=now)
    client_table = clients.check_table(
        actor=house.manager, stream=io.BytesIO(CLIENTS.encode()), filename="clients.csv", now=now
    )
    list_clients(
        actor=actor, incident=incident, concerns={"K-1": Concern("Hosting", ("email",), 120)}, now=now
    )
    report_link = make_link(actor=house.admin, now=now)
    suspicion = report_suspicion(
        actor=None, link=report_link, text="A laptop was left in the 10:42 to Nantes.", now=now
    ).suspicion
    return World(
        report_link=report_link,
        suspicion=suspicion,
        house=house,
        event=event,
        attachment=attachment,
        run=run,
        task=run.tasks.order_by("position")[0],
        obligation=obligation,
        hold=enter_hold(
            actor=actor,
            incident=incident,
            party=party,
            request=Request(
                jurisdiction="JP",  # another country's law: no clock of this incident waits
                form="written",
                official="Inspector Sato",
                basis="Code of Criminal Procedure",
                document="Osaka, 88",
                since=now - timedelta(hours=1),
            ),
            zone="Asia/Tokyo",
            now=now,
        ),
        intake_file=table,
        person=known[0],
        late=late,
        people_export=people_export,
        notice=notice,
        draft=draft,
        print_run=PrintRun.objects.get(notice=notice),
        filing=filing,
        approval=approval,
        reader=reader,
        report=report,
        guests_task=guests_task,
        shared=shared,
        endpoint=endpoint,
        feed=make_feed(actor=house.responder, now=now),
        contract=add_contract(
            actor=house.manager,
            organisation=house.shop,
            document={"counterparty": "Assurances du Port", "template": "cyber_insurer"},
            now=now,
        ),
        client=client,
        client_table=client_table,
        affected=AffectedClient.objects.get(incident=incident),
    )

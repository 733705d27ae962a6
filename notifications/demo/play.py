"""The order of the steps."""

from notifications.demo import case, closing, letters, persons, telling
from notifications.demo.stage import Stage


def play(stage: Stage) -> None:
    """Run all steps. Raises DemoFailed when anything does not add up."""
    case.open_case(stage)
    case.log_events(stage)
    case.run_playbook(stage)
    telling.first_filing(stage)
    case.finish(stage, "initial_filing", "police_report")
    persons.load_people(stage)
    case.finish(stage, "list_data", "load_people")
    persons.assess(stage)
    case.finish(stage, "assess_risk", "dpo_advice", "decide_notification", "other_duties")
    letters.write_letters(stage)
    case.finish(
        stage, "open_contact_point", "draft_letters", "write_for_minors", "send_letters", "work_returns"
    )
    telling.follow_up(stage)
    case.finish(stage, "follow_up_filing")
    closing.report(stage)
    closing.register(stage)
    case.finish(stage, "register_entry")
    closing.sums(stage)
    closing.write_summary(stage)

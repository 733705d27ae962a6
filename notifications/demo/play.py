"""The order of the steps."""

from notifications.demo import case, closing, letters, persons, telling
from notifications.demo.stage import Stage


def play(stage: Stage) -> None:
    """Run all steps. Raises DemoFailed when anything does not add up."""
    case.open_case(stage)
    case.log_events(stage)
    case.run_playbook(stage)
    telling.first_filing(stage)
    persons.load_people(stage)
    persons.assess(stage)
    letters.write_letters(stage)
    telling.follow_up(stage)
    closing.report(stage)
    closing.register(stage)
    closing.sums(stage)
    closing.write_summary(stage)

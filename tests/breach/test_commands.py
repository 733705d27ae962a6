"""What every command does the same way when it is called wrongly."""

import pytest
from django.core.management import get_commands, load_command_class

OURS = sorted(name for name, app in get_commands().items() if app in ("breach", "notifications"))


@pytest.mark.parametrize("name", OURS)
def test_an_argument_that_does_not_exist_is_refused_in_one_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class(get_commands()[name], name)
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", name, "--no-such-thing"])
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert said.err.endswith(f"See `manage.py {name} --help`.\n")


def test_a_missing_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    command = load_command_class("breach", "assess")
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", "assess"])
    line = "CommandError: the following arguments are required: --facts. See `manage.py assess --help`.\n"
    assert (end.value.code, capsys.readouterr().err) == (2, line)

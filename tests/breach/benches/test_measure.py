import io
import json

import pytest
from django.core.management import CommandError, call_command

from breach.benches.measure import Measured, Result, Stopwatch, measured
from breach.errors import BadInput

HERE = "tests.breach.benches.test_measure:"


def works(n: int, watch: Stopwatch, *, size: int) -> int:
    with watch:
        held = bytearray(size)
        held[::4096] = b"x" * len(held[::4096])
    return n + 1


def fails(_n: int, _watch: Stopwatch) -> None:
    raise RuntimeError("no luck")


def test_work_is_measured_in_a_process_of_its_own() -> None:
    small = measured(f"{HERE}works", 3, size=1)
    large = measured(f"{HERE}works", 3, size=300 * 1024 * 1024)
    assert (small.value, small.n) == (4, 3)
    assert small.seconds > 0
    assert large.peak_mb - small.peak_mb > 250


def test_work_that_fails_is_named_with_its_last_word() -> None:
    with pytest.raises(BadInput, match=r"test_measure:fails.*ended with 1: RuntimeError: no luck"):
        measured(f"{HERE}fails", 1)


def test_a_ratio_above_one_means_that_the_product_is_faster() -> None:
    ours, peer = Measured(100, 2.0, 80.04), Measured(10, 1.0, 50.0)
    assert Result("letters", ours, {"plain": peer}, {"bytes": 7}).to_json() == {
        "bench": "letters",
        "n": 100,
        "rate": 50.0,
        "seconds": 2.0,
        "peak_mb": 80.0,
        "peers": {"plain": {"rate": 10.0, "ratio": 5.0}},
        "bytes": 7,
    }


def test_the_command_prints_one_document() -> None:
    out = io.StringIO()
    call_command("bench", "ledger", "--n", "200", "--json", stdout=out, stderr=io.StringIO())
    document = json.loads(out.getvalue())
    assert (document["bench"], document["n"]) == ("ledger", 200)
    assert document["rate"] > 0
    assert set(document["peers"]) == {"read_and_hash_only"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("nothing",), "there is no benchmark 'nothing'"),
        (("ledger", "--n", "0"), "Give 1 or more"),
    ],
)
def test_bad_input_ends_with_two(given: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refusal:
        call_command("bench", *given)
    assert refusal.value.returncode == 2

"""Near matching of made-up families: how fast, and the table of precision and recall. The bar: 100,000 people in 5 minutes.

The peer is Splink with plain settings (Jaro-Winkler names, edit distance, trained by expectation maximisation) on the
same people.
"""

import logging
from typing import Any

from breach.benches.families import families
from breach.benches.measure import Result, Stopwatch, measured
from breach.intake.near import Comparable, comparable
from breach.intake.near_quality import THRESHOLDS, Matched, match_records, quality, table
from breach.intake.near_run import near_pairs

UNIT = "people"
SIZES = (10_000, 100_000)
SEED = 7


def bench(n: int) -> Result:
    """Compare `n` made-up people; the table is of as many records, 50,000 at most."""
    here = f"{__name__}:"
    ours = measured(f"{here}compare_ours", n)
    plain = measured(f"{here}compare_plain", n)
    graded = measured(f"{here}grade", min(n, 50_000))
    return Result("matching", ours, {"splink_plain": plain}, {"quality": graded.value, "plain": plain.value})


def compare_ours(n: int, watch: Stopwatch) -> int:
    """Return how many pairs near matching suggests among `n` people."""
    people = [comparable(ref, one.record) for ref, one in enumerate(families(n, seed=SEED)[:n])]
    with watch:
        return sum(1 for _pair in near_pairs(people))


def grade(n: int, _watch: Stopwatch) -> list[dict[str, Any]]:
    """Return the table of precision and recall for `n` records of made-up families."""
    known = families(n, seed=SEED)
    matched = match_records([one.record for one in known])
    return table(quality(matched, [one.person for one in known]))


def compare_plain(n: int, watch: Stopwatch) -> list[dict[str, Any]]:
    """Let Splink with plain settings compare the same people; return its own table."""
    known = families(n, seed=SEED)[:n]
    people = [comparable(ref, one.record) for ref, one in enumerate(known)]
    with watch:
        pairs = _plain_pairs(people)
    group = {ref: ref for ref in range(len(known))}
    lines = quality(Matched(group, ()), [one.person for one in known], plain=pairs)
    return table(lines[1:])


def _plain_pairs(people: list[Comparable]) -> list[tuple[int, int, float]]:
    # Only the peer is set up here; the product's own model is in breach/intake/near_model.py.
    import pyarrow as pa  # noqa: PLC0415 - a benchmark's own peer, not needed to name the benchmark
    import splink.comparison_library as library  # noqa: PLC0415
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    from breach.intake.near_model import SCHEMA, connect  # noqa: PLC0415

    logging.getLogger("splink").setLevel(logging.ERROR)
    database = connect(threads=2, memory_mb=2_000)
    columns = [
        pa.array(values, kind) for values, kind in zip(zip(*people, strict=True), SCHEMA.types, strict=True)
    ]
    database.register("plain", pa.table(columns, schema=SCHEMA))
    rules = ["given", "family"], ["born"], ["email"], ["phone"], ["family", "postcode"], ["street", "given"]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="ref",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
        comparisons=[
            library.JaroWinklerAtThresholds("given", [0.9, 0.8]),
            library.JaroWinklerAtThresholds("family", [0.9, 0.8]),
            library.DamerauLevenshteinAtThresholds("born", [1, 2]),
            library.JaroWinklerAtThresholds("street", [0.9]),
            library.DamerauLevenshteinAtThresholds("postcode", [1]),
            library.ExactMatch("email"),
            library.ExactMatch("phone"),
            library.ExactMatch("customer"),
        ],
    )
    linker = Linker(DuckDBAPI(database).register("plain"), settings)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("given", "family", "born")], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("born"))
    training.estimate_parameters_using_expectation_maximisation(block_on("family", "postcode"))
    found = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    rows = database.sql(f"SELECT ref_l, ref_r, match_probability FROM {found.physical_name}")  # noqa: S608 - Splink's own name
    return list(rows.fetchall())

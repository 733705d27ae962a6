"""The model of near matching in Splink's words, over tables that lie in DuckDB's memory.

Splink: https://github.com/moj-analytical-services/splink (Fellegi-Sunter with term frequencies).
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel, ElseLevel
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from breach.intake.near import model

COLUMNS = {
    "given": ("given_name",),
    "family": ("family_name",),
    "born": ("birth_date",),
    "email": ("email",),
    "phone": ("phone",),
    "customer": ("customer_number",),
    "national": ("national_id",),
}
SCHEMA = pa.schema(
    [
        ("ref", pa.int64()),
        ("given", pa.string()),
        ("family", pa.string()),
        ("forms", pa.list_(pa.string())),
        ("born", pa.string()),
        ("street", pa.string()),
        ("postcode", pa.string()),
        ("city", pa.string()),
        ("email", pa.string()),
        ("mailbox", pa.string()),
        ("phone", pa.string()),
        ("customer", pa.string()),
        ("national", pa.string()),
    ]
)
# Nothing reaches disk or network: no spill folder, no extension, no file of any kind. Too little memory is an error.
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
# Two who differ in both of these are two people.
APART = ("given_name", "birth_date")
LEAST_PRIOR, MOST_PRIOR = 1e-9, 0.05


def connect(*, threads: int, memory_mb: int) -> Any:
    """Return an empty database in memory that can read and write no file."""
    options = CLOSED | {"threads": threads, "memory_limit": f"{memory_mb}MB"}
    database = duckdb.connect(":memory:", config=options)
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    database.execute(
        "CREATE TABLE given_in (ref BIGINT, given VARCHAR, family VARCHAR, forms VARCHAR[], born VARCHAR, "
        "street VARCHAR, postcode VARCHAR, city VARCHAR, email VARCHAR, mailbox VARCHAR, phone VARCHAR, "
        "customer VARCHAR, national VARCHAR)"
    )
    return database


def take_in(database: Any, batch: pa.RecordBatch) -> None:
    """Add a batch of people to be compared."""
    database.register("incoming", pa.Table.from_batches([batch]))
    database.execute("INSERT INTO given_in SELECT * FROM incoming")
    database.unregister("incoming")


def compare(database: Any) -> Iterator[pa.RecordBatch]:
    """Compare the people taken in and yield the pairs worth keeping, with levels and weights of every field.

    `personal` tells in every row whether a customer number is one person's in this list.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    people = int(database.execute("SELECT count(*) FROM given_in").fetchall()[0][0])
    if people < 2:  # noqa: PLR2004 - a pair
        return
    _add_blocks(database)
    strangers = _strangers(database, people)
    personal = _are_numbers_personal(database)
    linker = Linker(DuckDBAPI(database).register("people"), _settings(_prior(people), strangers))
    found = linker.inference.predict(threshold_match_probability=model()["least_probability"])
    columns = ", ".join(
        f"gamma_{each['field']}, mw_{each['field']}{_frequency_weight(each)} AS bits_{each['field']}"
        for each in model()["comparison"]
    )
    rows = database.sql(
        f"SELECT ref_l, ref_r, match_weight, match_probability, {personal} AS personal, {columns} "  # noqa: S608 - names of our own data file
        f"FROM {found.physical_name} ORDER BY match_probability DESC, ref_l, ref_r"
    )
    yield from rows.to_arrow_reader(10_000)


def _frequency_weight(comparison: Mapping[str, Any]) -> str:
    """Return the column of the term frequency adjustment, where the comparison has one."""
    return f" + mw_tf_adj_{comparison['field']}" if comparison.get("frequency") else ""


def _add_blocks(database: Any) -> None:
    """Work out for each person in which blocks they stand. Blocks too large to tell anything are left out."""
    blocks = model()["blocking"]
    keys = ", ".join(
        f"hash({sql}) * ({sql} IS NOT NULL)::INT AS block_{name}" for name, sql in blocks.items()
    )
    database.execute(f"CREATE TABLE keyed AS SELECT *, {keys} FROM given_in")  # noqa: S608 - as above
    limit = int(model()["largest_block"])
    kept = ", ".join(
        f"CASE WHEN block_{name} = 0 OR count(*) OVER (PARTITION BY block_{name}) > {limit} THEN NULL "
        f"ELSE block_{name} END AS block_{name}"
        for name in blocks
    )
    own = ", ".join(SCHEMA.names)
    database.execute(f"CREATE TABLE people AS SELECT {own}, {kept} FROM keyed")  # noqa: S608 - as above
    database.execute("DROP TABLE keyed")
    database.execute("DROP TABLE given_in")


def _prior(people: int) -> float:
    """Return how likely two people of the list, taken at random, are one."""
    share = float(model()["duplicates_share"])
    return min(max(2 * share / (people - 1), LEAST_PRIOR), MOST_PRIOR)


def _strangers(database: Any, people: int) -> Mapping[str, list[float]]:
    """Return `u` of each level of each field: how often it is seen between two people taken at random.

    Pairs are neighbours in an order that says nothing (a hash of the number), so the figures are the same every
    time. The values of the model count as pairs seen before: with few people they prevail.
    """
    steps = min(people // 2, -(-int(model()["sampled_pairs"]) // people))
    names = [each["field"] for each in model()["comparison"]]
    levels = ", ".join(f"{_case(each)} AS {each['field']}" for each in model()["comparison"])
    columns = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in SCHEMA.names)
    database.execute(
        "CREATE TABLE shuffled AS SELECT *, row_number() OVER (ORDER BY hash(ref)) - 1 AS n FROM people"
    )
    database.execute(
        f"CREATE TABLE seen AS SELECT {levels} FROM (SELECT {columns} FROM shuffled l, range(1, {steps + 1}) s(k), "  # noqa: S608 - as above
        f"shuffled r WHERE r.n = (l.n + s.k) % {people})"
    )
    database.execute("DROP TABLE shuffled")
    found = {name: _shares(database, name) for name in names}
    database.execute("DROP TABLE seen")
    return found


def _are_numbers_personal(database: Any) -> bool:
    """Say whether hardly any two people with one customer number differ in given name and in birth date."""
    differ = " AND ".join(
        f"{_case(each)} = {len(each['level']) - 1}"
        for each in model()["comparison"]
        if each["field"] in APART
    )
    columns = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in SCHEMA.names)
    ((pairs, apart),) = database.execute(
        f"SELECT count(*), count(*) FILTER ({differ}) FROM (SELECT {columns} FROM people l JOIN people r "  # noqa: S608 - as above
        "ON l.block_customer_number = r.block_customer_number AND l.ref < r.ref)"
    ).fetchall()
    return bool(apart <= float(model()["shared_numbers"]) * pairs)


def _case(each: Mapping[str, Any]) -> str:
    """Return the SQL for the number of a field's level, the first being 0; NULL where nothing is known."""
    whens = " ".join(
        f"WHEN {level['sql']} THEN {n}" for n, level in enumerate(each["level"]) if "sql" in level
    )
    nothing = each.get("nothing") or _nothing(each["field"])
    return f"CASE WHEN {nothing} THEN NULL {whens} ELSE {len(each['level']) - 1} END"


def _shares(database: Any, field: str) -> list[float]:
    counted = dict(
        database.execute(
            f"SELECT {field}, count(*) FROM seen "  # noqa: S608 - as above
            f"WHERE {field} IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    known = next(each["level"] for each in model()["comparison"] if each["field"] == field)
    before = int(model()["pairs_before"])
    total = sum(counted.values()) + before * sum(level["u"] for level in known)
    return [(counted.get(n, 0) + before * level["u"]) / total for n, level in enumerate(known)]


def _settings(prior: float, strangers: Mapping[str, list[float]]) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="ref",
        probability_two_random_records_match=prior,
        blocking_rules_to_generate_predictions=[block_on(f"block_{name}") for name in model()["blocking"]],
        comparisons=[_comparison(each, strangers[each["field"]]) for each in model()["comparison"]],
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )


def _comparison(each: Mapping[str, Any], strangers: list[float]) -> CustomComparison:
    nothing = each.get("nothing") or _nothing(each["field"])
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [
        CustomLevel(nothing).configure(is_null_level=True)
    ]
    for level, seen in zip(each["level"], strangers, strict=True):
        made = CustomLevel(level["sql"]) if "sql" in level else ElseLevel()
        made.configure(m_probability=level["m"], u_probability=seen)
        if column := level.get("frequency_of"):
            made.configure(
                tf_adjustment_column=column, tf_minimum_u_value=0.0005, disable_tf_exact_match_detection=True
            )
        levels.append(made)
    return CustomComparison(levels, output_column_name=each["field"])


def _nothing(field: str) -> str:
    column = next(column for column, fields in COLUMNS.items() if field in fields)
    return f"{column}_l IS NULL OR {column}_r IS NULL"

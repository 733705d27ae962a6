"""Write the working-day calendars of breach/law/data/calendars from the `holidays` library.

Run from the root of the checkout when a calendar is about to run out or a country changed its holidays:

    python tools/make_calendars.py

Islamic and some other movable holidays are estimates of that library until they are proclaimed.
"""

# ruff: noqa: SIM905 - a script of its own; lists of codes read better as words
from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import holidays

FOLDER = Path(__file__).resolve().parent.parent / "breach" / "law" / "data" / "calendars"
FIRST, LAST = 2018, 2035
COUNTRIES = (
    "AE AT AU BA BE BG BM BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GG GR HK HR HU ID IE IL IM "
    "IN IS IT JE JM JP KE KR KY LI LT LU LV MK MT MX MY NG NL NO NZ PH PL PT QA RO RS RW SA SE SG SI "
    "SK TH TR TW TZ US UY VN ZA"
).split()
REGIONS = (
    "CA-AB CA-QC DE-BB DE-BE DE-BW DE-BY DE-HB DE-HE DE-HH DE-MV DE-NI DE-NW DE-RP DE-SH DE-SL DE-SN "
    "DE-ST DE-TH US-CA US-IA US-IL US-ME US-NY US-VT"
).split()
MONDAY_TO_SUNDAY = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STAMP = "2026-11-24.1"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for code in (*COUNTRIES, *REGIONS):
        (FOLDER / f"{code}.toml").write_text(calendar(code), encoding="utf-8")
    weekends = (
        "# No holidays: used where no country is known.\n"
        + head("EU", (5, 6))
        + f"first = {FIRST}\nlast = {LAST}\n"
    )
    (FOLDER / "EU.toml").write_text(weekends + "\n[year]\n", encoding="utf-8")


def calendar(code: str) -> str:
    country, _, region = code.partition("-")
    days = holidays.country_holidays(country, subdiv=region or None, years=range(FIRST, LAST + 1))
    by_year: dict[int, list[str]] = {year: [] for year in range(FIRST, LAST + 1)}
    for day in sorted(days):
        if day.year in by_year:
            by_year[day.year].append(day.strftime("%m-%d"))
    rows = [
        f"{year} = [{', '.join(f'{chr(34)}{day}{chr(34)}' for day in found)}]"
        for year, found in by_year.items()
    ]
    return (
        head(code, sorted(days.weekend))
        + f"first = {FIRST}\nlast = {LAST}\n\n[year]\n"
        + "\n".join(rows)
        + "\n"
    )


def head(code: str, weekend: object) -> str:
    words = ", ".join(f'"{MONDAY_TO_SUNDAY[day]}"' for day in weekend)  # type: ignore[attr-defined]
    made = f"holidays {version('holidays')}"
    return f'calendar = "{code}"\nversion = "{STAMP}"\nmade_from = "{made}"\nweekend = [{words}]\n'


if __name__ == "__main__":
    main()

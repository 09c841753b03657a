"""`groundswell bench postcodes`: from a postcode to its constituency, in packaged data and in the process."""

from __future__ import annotations

import random
import time

import click

from groundswell.cli.console import answer, json_option

# From every nation of Great Britain, town and country; the look-up does not care.
SEATS = ("E14001563", "E14001144", "E14001172", "S14000107", "W07000112")


@click.command("postcodes")
@click.option("--lookups", default=200_000, show_default=True, type=click.IntRange(100, 10_000_000))
@json_option
def command(lookups: int, as_json: bool) -> None:
    """Look postcodes up one by one, written in the ways people write them; one in ten is of nobody."""
    from groundswell.places.postcodes import Found, look_up, postcodes_of

    started = time.perf_counter()
    look_up("E17 4AA")
    loading = time.perf_counter() - started
    rng = random.Random(2024)  # noqa: S311 - invents, does not guard
    known = [postcode for seat in SEATS for postcode in postcodes_of(seat)]
    asked = [_as_written(rng.choice(known), rng) for _ in range(lookups)]
    times: list[int] = []
    found = 0
    for postcode in asked:
        before = time.perf_counter_ns()
        result = look_up(postcode)
        times.append(time.perf_counter_ns() - before)
        found += isinstance(result, Found)
    times.sort()
    answer(
        {
            "lookups": lookups,
            "found": found,
            "load_ms": round(loading * 1000, 1),
            "p50_us": round(times[lookups // 2] / 1000, 2),
            "p99_us": round(times[lookups * 99 // 100] / 1000, 2),
            "longest_us": round(times[-1] / 1000, 1),
            "lookups_per_second": round(lookups / (sum(times) / 1e9)),
        },
        as_json=as_json,
    )


def _as_written(postcode: str, rng: random.Random) -> str:
    if rng.random() < 0.1:
        return f"{postcode[:-2]}ZZ"
    return rng.choice((postcode, postcode.lower(), postcode.replace(" ", "")))

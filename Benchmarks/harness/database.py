"""A unary call that reads one row from PostgreSQL, against pgbench's own point reads in turns."""

from __future__ import annotations

import glob
import os
import pathlib
import re
import shutil
import subprocess

from .machine import Process, measured
from .peers import FIRST_PORT, OURS, Peers, Rounds
from .report import Result, spread

ROUNDS, SECONDS, ROWS = 5, 3, 100_000
ALL_CORES = f"0-{(os.cpu_count() or 1) - 1}"
# What pgbench -S reads, and what the call reads: the same number of rows; but a call's rows belong
# to a project, and row-level security shows it no others.
TABLE = f"""
CREATE ROLE bench LOGIN;
CREATE TABLE bench_row (
  project integer NOT NULL, id integer NOT NULL, payload bytea NOT NULL, PRIMARY KEY (project, id));
INSERT INTO bench_row
  SELECT 1, n, convert_to(repeat('p', 100), 'UTF8') FROM generate_series(1, {ROWS}) AS n;
ALTER TABLE bench_row ENABLE ROW LEVEL SECURITY;
ALTER TABLE bench_row FORCE ROW LEVEL SECURITY;
CREATE POLICY project ON bench_row
  USING (project = nullif(current_setting('pursight.project', true), '')::integer);
GRANT SELECT ON bench_row TO bench;
VACUUM ANALYZE;
"""
QUERY = "SELECT payload FROM bench_row WHERE project = 1 AND id = $1"


class Cluster:
    """A PostgreSQL of one's own on a Unix socket, with fsync as it is by default."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        programs = os.environ.get("PURSIGHT_PG_BIN") or max(glob.glob("/usr/lib/postgresql/*/bin"))
        self.programs = pathlib.Path(programs)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # PostgreSQL does not run as root.
        self.prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
        else:
            self.prefix = []
        self.run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        self.server = subprocess.Popen(
            [*self.prefix, self.programs / "postgres", "-D", folder / "data", "-k", folder,
             "-c", "listen_addresses=", "-c", "max_connections=50"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.run("pg_isready", "-h", folder, "-t", "20", tries=100)

    def run(self, program: str, *arguments: object, text: str = "", tries: int = 1) -> str:
        for attempt in range(tries):
            result = subprocess.run(
                [*self.prefix, self.programs / program, *map(str, arguments)],
                input=text, capture_output=True, text=True,
            )  # fmt: skip
            if result.returncode == 0:
                return result.stdout
            if attempt + 1 < tries:
                subprocess.run(["sleep", "0.1"], check=True)
        raise RuntimeError(f"{program} failed: {result.stderr[-600:]}")

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait()


def measure(peers: Peers, folder: pathlib.Path) -> list[Result]:
    folder.mkdir(parents=True, exist_ok=True)
    # Below /tmp, because a socket's path is short.
    cluster = Cluster(pathlib.Path("/tmp") / f"pursight-bench-{os.getpid()}")
    try:
        return reads(peers, cluster)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)


def reads(peers: Peers, cluster: Cluster) -> list[Result]:
    """Nothing is pinned: the server, PostgreSQL and the load share the machine, as pgbench does."""
    host = ["-h", cluster.folder, "-U", "postgres"]
    cluster.run("psql", *host, "-q", "-v", "ON_ERROR_STOP=1", "postgres", text=TABLE)
    cluster.run("pgbench", *host, "-q", "-i", "-s", "1", "postgres")
    command = peers.command(OURS, "tls", FIRST_PORT) + [
        "--database", f"host={cluster.folder} user=bench dbname=postgres",
        "--query", QUERY, "--rows", str(ROWS),
    ]  # fmt: skip
    server = Process(command, ALL_CORES)
    rates = Rounds()
    try:
        peers.h2load("tls", FIRST_PORT, "-c", 8, "-m", 16, "-D", 1)
        for _ in range(ROUNDS):
            text, usage = measured(server, lambda: cluster.run(
                "pgbench", *host, "-S", "-M", "prepared", "-c", "8", "-n", "-T", SECONDS,
                "postgres",
            ))  # fmt: skip
            rates.add("pgbench", float(re.search(r"tps = ([\d.]+)", text)[1]), usage)
            done, usage = measured(
                server, lambda: peers.h2load("tls", FIRST_PORT, "-c", 8, "-m", 16, "-D", SECONDS)
            )
            rates.add(OURS, done["rate"], usage)
    finally:
        server.stop()
    return [
        Result(
            "database", "calls/s that read a row each, against pgbench -S -M prepared -c 8",
            spread(rates.figures[OURS]), spread(rates.figures["pgbench"]),
            rates.ratio("pgbench"), at_least=1.2,
        )
    ]  # fmt: skip

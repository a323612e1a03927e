"""What attackers do to an HTTP/2 server, and what it does about it.

Every attack: the server lives, the attacker is stopped and told why, a bystander on a connection of
its own is answered, memory does not grow. Small figures here; `make chaos` runs them longer, on four
connections, and prints the table.
"""

import math
import os
import pathlib
import threading
import time

import frames
import pytest
from attacks import BATCH, BORNE, STOPPED
from frames import ENHANCE_YOUR_CALM, Closed, Connection, client_context
from server import free_port
from test_interop import Listening, certificates  # noqa: F401

# Frames after which an attacker has to be stopped at the latest.
FRAME_LIMIT = 2000
GROWTH_LIMIT = 16 << 20
# What a bystander waits at most, in seconds; `make test` shares its machine and only asks for an
# answer.
PROBE_LIMIT = 0.25
# Where the first bad frame is an error of the connection already, with a code of its own.
FIRST_FRAMES = 3 * BATCH


class Target(Listening):
    """interop-server over mTLS, with what is to be known of its process."""

    def __init__(self, programs, certificates, *options, mode="mtls"):  # noqa: F811
        self.port = free_port()
        self.context = client_context(certificates) if mode == "mtls" else None
        super().__init__(
            [programs / "interop-server", mode, self.port, certificates, "--threads", "1", *options]
        )

    def connect(self, **options) -> Connection:
        return Connection(self.port, self.context, **options)

    @property
    def resident_bytes(self) -> int:
        text = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(dict(line.split(":", 1) for line in text.splitlines())["VmRSS"].split()[0]) << 10

    @property
    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


class Bystander(threading.Thread):
    """Calls over a connection of its own, again and again; knows the slowest answer."""

    def __init__(self, target: Target):
        super().__init__(daemon=True)
        self.connection = target.connect()
        self.slowest = 0.0
        self.failed: list[str | None] = []
        self.calls = 0
        self._end = threading.Event()

    def run(self):
        while not self._end.is_set():
            began = time.monotonic()
            status = self.connection.unary(2 * self.calls + 1)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.calls += 1
            self.connection.frames.clear()
            if status != "0":
                self.failed.append(status)
                return
            self._end.wait(0.002)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()
        self.connection.close()


def attack(
    target: Target, steps, frames_at_most: int, reads: bool = True, until: float = math.inf
) -> Connection:
    """Sends until the server has had enough, or so many frames are out, or the time is over."""
    connection = target.connect()
    try:
        for content, count in steps:
            connection.send(content, count)
            # Until it is quiet: what is counted is what the server has heard, not what is under way.
            while reads and connection.receive(0.02):
                connection.frames = [f for f in connection.frames if f.type == frames.GOAWAY]
            if connection.go_away or connection.is_closed or connection.sent >= frames_at_most:
                break
            if time.monotonic() > until:
                return connection
    except Closed:
        pass
    if reads and connection.sent < frames_at_most:
        connection.read(lambda one: one.type == frames.GOAWAY, 5)
    return connection


@pytest.fixture(scope="module")
def target(programs, certificates):  # noqa: F811
    with Target(programs, certificates) as target:
        # Pools and buffers have their size after this.
        with target.connect() as connection:
            for stream in range(1, 400, 2):
                assert connection.unary(stream) == "0"
        yield target


@pytest.mark.parametrize("make", STOPPED, ids=lambda make: make.__name__)
def test_an_attacker_is_stopped_and_told(target, make):
    before = target.resident_bytes
    with Bystander(target) as bystander:
        connection = attack(target, make(), 2 * FRAME_LIMIT)
    with connection:
        assert connection.sent <= FRAME_LIMIT, f"still heard after {connection.sent} frames"
        assert connection.go_away, "closed without a word"
        is_calm = connection.go_away.code == ENHANCE_YOUR_CALM
        assert is_calm or connection.sent <= FIRST_FRAMES, connection.go_away
    assert bystander.calls and not bystander.failed
    assert target.resident_bytes - before <= GROWTH_LIMIT
    assert target.child.poll() is None


@pytest.mark.parametrize("make", BORNE, ids=lambda make: make.__name__)
def test_what_is_borne_costs_little(target, make):
    before = target.resident_bytes
    with Bystander(target) as bystander, attack(target, make(), 1000):
        pass
    assert bystander.calls and not bystander.failed
    assert target.resident_bytes - before <= GROWTH_LIMIT


@pytest.mark.parametrize("flood", ["ping_flood", "settings_flood"])
def test_answers_that_nobody_reads_do_not_pile_up(target, flood):
    before = target.resident_bytes
    make = next(one for one in STOPPED if one.__name__ == flood)
    with Bystander(target) as bystander, attack(target, make(), 50_000, reads=False) as connection:
        assert connection.is_closed or connection.read(lambda one: one.type == frames.GOAWAY)
    assert bystander.calls and not bystander.failed
    assert target.resident_bytes - before <= GROWTH_LIMIT


@pytest.mark.parametrize("count", [50, pytest.param(300, marks=pytest.mark.chaos)])
def test_a_storm_of_handshakes(target, count):
    """Clients that come all at once: those that are here are served in between."""
    connections: list[Connection] = []
    with Bystander(target) as bystander:
        ones = [
            threading.Thread(target=lambda: connections.append(target.connect()))
            for _ in range(count)
        ]
        for one in ones:
            one.start()
        for one in ones:
            one.join()
    assert len(connections) == count and not bystander.failed
    assert count < 300 or bystander.slowest <= PROBE_LIMIT, bystander.slowest
    for one in connections:
        assert one.unary(1) == "0"
        one.close()


@pytest.mark.chaos
def test_the_table_of_attacks(programs, certificates, capsys):  # noqa: F811
    """Every attack for longer, on four connections at once, with figures."""
    seconds = float(os.environ.get("PURSIGHT_ATTACK_SECONDS", 20))
    rows = []
    for make in [*STOPPED, *BORNE]:
        with Target(programs, certificates) as target:
            with target.connect() as connection:
                for stream in range(1, 2000, 2):
                    assert connection.unary(stream) == "0"
            before, cpu, limit = target.resident_bytes, target.cpu_seconds, time.monotonic() + seconds
            heard: list[int] = []

            def storm(make=make, target=target, limit=limit, heard=heard):
                while time.monotonic() < limit:
                    with attack(target, make(), 200_000, until=limit) as connection:
                        heard.append(connection.sent)

            with Bystander(target) as bystander:
                attackers = [threading.Thread(target=storm) for _ in range(4)]
                for one in attackers:
                    one.start()
                for one in attackers:
                    one.join()
            rows.append(
                (make.__name__, len(heard), max(heard), target.cpu_seconds - cpu,
                 (target.resident_bytes - before) / (1 << 20), bystander.slowest * 1000,
                 bystander.calls, target.child.poll() is None and not bystander.failed)
            )  # fmt: skip
    with capsys.disabled():
        print(f"\n{'attack':42} {'times':>6} {'frames':>7} {'CPU s':>6} {'MiB':>6} {'worst ms':>8} {'calls':>6}")
        for name, times, sent, cpu, grown, worst, calls, survived in rows:
            print(f"{name:42} {times:6} {sent:7} {cpu:6.2f} {grown:6.1f} {worst:8.1f} {calls:6}", end="")
            print("" if survived else "  NOT SURVIVED")
    stopped = {make.__name__ for make in STOPPED}
    for name, _, sent, _, grown, worst, _, survived in rows:
        assert survived and grown <= GROWTH_LIMIT / (1 << 20) and worst <= PROBE_LIMIT * 1000, name
        assert name not in stopped or sent <= FRAME_LIMIT, name

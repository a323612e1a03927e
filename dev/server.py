"""A PurSight server of one's own, for the quick start, `make play` and the end-to-end tests."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import time

# How long a start may take before it is given up, in seconds.
START_LIMIT = 60
# How long a stop may take, in seconds.
STOP_LIMIT = 45


class ServerError(Exception):
    """One sentence that says what is wrong and what to do."""


def free_port() -> int:
    """Returns a port of the loopback address that nobody uses just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def data_directory(state: pathlib.Path) -> pathlib.Path:
    """Returns where a server below `state` can keep its data.

    As root, PostgreSQL runs as another user, who has to be able to get there: below a directory
    that is closed to others it cannot, and permissions of directories are not ours to change.
    """
    directory = state.resolve() / "server"
    if os.geteuid() != 0:
        return directory
    for parent in directory.parents:
        if parent.exists() and not parent.stat().st_mode & stat.S_IXOTH:
            name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
            return pathlib.Path("/var/lib/pursight") / f"quickstart-{name}"
    return directory


class Server:
    """`pursightd dev` as a child process."""

    def __init__(self, programs: pathlib.Path, state: pathlib.Path, port: int):
        self.programs = programs
        self.state = state
        self.port = port or free_port()
        self.data = data_directory(state)
        self.log = state / "log" / "server.log"
        self.ready: dict = {}
        self.seconds = 0.0
        self._process: subprocess.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which pursightctl finds this server and keeps its own state here."""
        ours = {
            "XDG_CONFIG_HOME": str(self.state / "config"),
            "XDG_STATE_HOME": str(self.state / "state"),
            "PATH": f"{self.programs}:{os.environ.get('PATH', '')}",
            "NO_COLOR": "1",
        }
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith("PURSIGHT_") or k.endswith("_BIN")
        }
        return kept | ours

    def start(self, *arguments: str) -> None:
        """Starts the server and waits until it is ready."""
        where = [] if "--ephemeral" in arguments else ["--data-dir", self.data]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [
                    self.programs / "pursightd",
                    "dev",
                    *where,
                    "--listen",
                    f"127.0.0.1:{self.port}",
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        line = self._first_line()
        try:
            self.ready = json.loads(line)
        except ValueError:
            self.kill()
            raise ServerError(self._last_words()) from None
        self.seconds = time.monotonic() - began

    def stop(self) -> None:
        """Asks the server to end and waits for it; does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def kill(self) -> None:
        """Ends the server as a power cut would: SIGKILL, no time for anything."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            process.stdout.close()

    @property
    def resident_bytes(self) -> int:
        """Memory of the daemon itself, without PostgreSQL."""
        text = pathlib.Path(f"/proc/{self.ready['pid']}/status").read_text()
        fields = dict(line.split(":", 1) for line in text.splitlines())
        return int(fields["VmRSS"].split()[0]) * 1024

    def superuser(self, statements: str) -> str:
        """Runs SQL in the private cluster as its superuser, past the server, and returns its rows."""
        files = sorted(self.data.glob("pg*/postmaster.pid"))
        if not files:
            raise ServerError(f"there is no running PostgreSQL in {self.data}.")
        lines = files[-1].read_text().splitlines()
        psql = "psql"
        if os.environ.get("PURSIGHT_PG_BIN"):
            psql = os.environ["PURSIGHT_PG_BIN"] + "/psql"
        result = subprocess.run(
            [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", lines[4], "-p", lines[3],
             "-U", "postgres", "-d", "pursight"],
            input=statements, capture_output=True, text=True,
        )  # fmt: skip
        if result.returncode != 0:
            raise ServerError(f"psql failed: {result.stderr.strip()}")
        return result.stdout.strip()

    def _first_line(self) -> str:
        """Waits for the first line of the server's output, or for its end."""
        os.set_blocking(self._process.stdout.fileno(), False)
        buffer, limit = b"", time.monotonic() + START_LIMIT
        while b"\n" not in buffer and time.monotonic() < limit:
            chunk = self._process.stdout.read()
            if chunk:
                buffer += chunk
            elif self._process.poll() is not None:
                break
            else:
                time.sleep(0.005)
        return buffer.split(b"\n", 1)[0].decode(errors="replace")

    def _last_words(self) -> str:
        """Returns the sentence with which the server ended."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        errors = [line for line in lines[-20:] if "error" in line.lower()]
        last = (errors or lines or ["it said nothing"])[-1]
        return f"the server did not start: {last.removeprefix('error: ')} (its log: {self.log})"

"""A shell beside a running server: `pursightctl` is on the path and knows where to go.

    play.py --state DIR --programs DIR [--port P]

The server ends with the shell.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys

from server import Server, ServerError


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, default=7443)
    arguments = parser.parse_args()
    server = Server(arguments.programs, arguments.state, arguments.port)
    try:
        server.start()
        print(f"PurSight is ready after {server.seconds:.1f} s at {server.ready['address']}.")
        print("Try `pursightctl status`; `exit` ends the shell and the server.", flush=True)
        environment = server.environment | {"PURSIGHT_PLAY": "1"}
        if sys.stdin.isatty():
            environment.pop("NO_COLOR")
        data = arguments.state / "data"
        return subprocess.call(
            [os.environ.get("SHELL") or "/bin/bash"],
            env=environment, cwd=data if data.exists() else None,
        )  # fmt: skip
    except ServerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())

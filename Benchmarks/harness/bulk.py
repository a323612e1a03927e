"""How often a byte of a large message is copied in the server, TLS's own copies included."""

from __future__ import annotations

import pathlib

from .machine import Process
from .peers import FLOOR_PB, OURS, Peers
from .report import Result

SIZE, SECONDS = 1 << 20, 2


def measure(peers: Peers, folder: pathlib.Path) -> list[Result]:
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    for mode in ["tls", "h2c"]:
        for shape in ["down", "up"]:
            counts = {
                peer: copies(peers, peer, mode, shape, folder / "copies") for peer in [OURS, FLOOR_PB]
            }
            results.append(Result(
                "bulk", f"{mode}, {'server' if shape == 'down' else 'client'} stream of 1 MiB: "
                "copies of a byte by memcpy, and the floor's", f"{counts[OURS]:.2f}",
                f"{counts[FLOOR_PB]:.2f}",
            ))  # fmt: skip
    return results


def copies(peers: Peers, peer: str, mode: str, shape: str, out: pathlib.Path) -> float:
    """Bytes copied in blocks of 4 KiB and more, by bytes of messages. The kernel's do not count."""
    command = [
        "env", f"LD_PRELOAD={peers.copies}", f"COPIES={out}", *peers.command(peer, mode, 9230),
    ]  # fmt: skip
    out.unlink(missing_ok=True)
    server = Process(command)
    done = peers.stream(mode, 9230, shape, SIZE, SECONDS)
    server.stop()
    return int(out.read_text()) / done["bytes"] if out.exists() else float("nan")

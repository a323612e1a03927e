"""A package of somebody else's that depends on PurSightClient by a git tag builds and runs."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

MANIFEST = """// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "outside",
  dependencies: [.package(url: "{url}", exact: "0.0.1")],
  targets: [
    .executableTarget(
      name: "outside", dependencies: [.product(name: "PurSightClient", package: "{package}")])
  ])
"""

# The program is the one that README.md shows.
PROGRAM = re.search(r"```swift\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]


def git(*arguments: object, cwd: pathlib.Path) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run(
        ["git", *identity, *map(str, arguments)], cwd=cwd, check=True, capture_output=True
    )


def test_a_package_that_depends_by_tag_builds(tmp_path):
    # What is committed, at a tag, as it would be fetched.
    clone = tmp_path / "pursight"
    git("clone", "--quiet", "--no-hardlinks", ROOT, clone, cwd=tmp_path)
    git("tag", "0.0.1", cwd=clone)
    outside = tmp_path / "outside"
    (outside / "Sources/outside").mkdir(parents=True)
    url = f"file://{clone}"
    (outside / "Package.swift").write_text(MANIFEST.format(url=url, package="pursight"))
    (outside / "Sources/outside/main.swift").write_text(PROGRAM)
    subprocess.run(["swift", "build", "--quiet"], cwd=outside, check=True, timeout=900)
    # Nothing that this machine's user has set up may reach the program.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PURSIGHT_")}
    environment |= {
        "PURSIGHT_ADDRESS": "127.0.0.1:1",
        "SWIFT_BACKTRACE": "enable=no",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    result = subprocess.run(
        [outside / ".build/debug/outside"],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    # There is no such server, and the program says so: it was built and it ran.
    assert result.returncode != 0
    assert "127.0.0.1:1" in result.stderr, result.stdout + result.stderr

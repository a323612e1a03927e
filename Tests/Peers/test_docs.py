"""The lines of docs/protocols.md do what the page says."""

import json
import re
import subprocess

from conftest import ROOT


def test_the_lines_of_the_page_on_protocols(dev):
    page = (ROOT / "docs/protocols.md").read_text()
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))
    # Each call prints one JSON object without a line's end.
    script = script.replace('"$@"; }', '"$@"; echo; }')
    ready = dev.ready
    variables = {
        "ADDRESS": ready["address"], "CA": ready["ca"], "CERT": ready["cert"], "KEY": ready["key"]
    }  # fmt: skip
    printed = subprocess.run(
        ["bash", "-euc", script], env=dev.environment | variables, check=True, text=True,
        capture_output=True, timeout=60,
    ).stdout  # fmt: skip
    made, read, got, failed = map(json.loads, printed.splitlines())
    assert made["name"] == "projects/default/sources/faa"
    assert read == got == made
    assert failed["code"] == "not_found"
    assert {detail["type"] for detail in failed["details"]} >= {"google.rpc.ResourceInfo"}

"""Adds up the JUnit reports of a test run and prints `N passed, N failed` as the last line.

    count_tests.py REPORTS [PART]…

Each PART is one that ended with an error; when its report shows no failure (it crashed, or hung),
the part itself counts as one. Exit 0 only when something ran and nothing failed.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def count(report: pathlib.Path) -> tuple[int, list[str]]:
    """Returns how many tests of a report passed, and the names of those that failed."""
    passed, failed = 0, []
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname')}: {case.get('name')}")
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed


def main() -> int:
    reports, failed_parts = pathlib.Path(sys.argv[1]), sys.argv[2:]
    passed, failures = 0, []
    for report in sorted(reports.glob("*.xml")):
        part = report.name.removesuffix(".xml").removesuffix("-swift-testing")
        report_passed, report_failures = count(report)
        passed += report_passed
        failures += report_failures
        if report_failures and part in failed_parts:
            failed_parts.remove(part)
    failures += [f"{part}: ended with an error of its own, see above" for part in failed_parts]
    for failure in failures:
        print("failed:", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 0 if passed and not failures else 1


if __name__ == "__main__":
    sys.exit(main())

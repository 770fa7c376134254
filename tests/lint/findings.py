#!/usr/bin/python3
"""Holds a tool's findings against the list of excused ones.

    findings.py LIST < output

Output lines are gcc's or cppcheck's: FILE:LINE:COLUMN: warning: MESSAGE [ID]. A line of LIST excuses what agrees with
it, and says why:

    FILE | ID | words of the message, may be empty | reason

Fails on a finding that is not excused, on a line that excuses nothing any more, and on one without a reason.
"""
import re
import sys

FINDING = re.compile(r"^(?:\.\./)*(?P<file>[^:\s]+):(?P<line>\d+):(?:\d+:)? (?:\w+ ?\w*): (?P<text>.*) \[(?:-W)?(?P<id>[\w=+-]+)\]$")


def read_list(path):
    rows, faults = [], 0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = [cell.strip() for cell in line.split("|", 3)]
            if len(cells) != 4 or not all((cells[0], cells[1], cells[3])):
                print(f"{path}:{number}: wanted: FILE | ID | words | reason")
                faults += 1
                continue
            rows.append({"at": f"{path}:{number}", "file": cells[0], "id": cells[1].removeprefix("-W"), "words": cells[2], "used": 0})
    return rows, faults


def main():
    rows, faults = read_list(sys.argv[1])
    excused = 0
    for found in sorted({line.rstrip("\n") for line in sys.stdin}):
        match = FINDING.match(found)
        if not match:
            continue
        row = next((r for r in rows if r["file"] == match["file"] and r["id"] == match["id"]
                    and r["words"] in match["text"]), None)
        if row:
            row["used"] += 1
            excused += 1
        else:
            print(found)
            faults += 1
    for row in rows:
        if not row["used"]:
            print(f"{row['at']}: excuses nothing any more: remove it")
            faults += 1
    print(f"{sys.argv[1]}: {faults} findings, {excused} excused")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Reads the lines of the matrix from stdin and prints them as a table: client and path by case. Fails where a case failed."""

import json
import sys

lines = [json.loads(line) for line in sys.stdin if line.strip()]
cases = ["plain", "stream", "tools", "image", "errors"]
told = {(line["client"], line["path"], line["case"]): line["ok"] for line in lines}
rows = dict.fromkeys((line["client"], line["path"]) for line in lines)
print(f"{'client':8}{'path':22}" + "".join(f"{case:8}" for case in cases))
for client, path in rows:
    marks = {True: "ok", False: "FAILED", None: "-"}
    print(f"{client:8}{path:22}" + "".join(f"{marks[told.get((client, path, case))]:8}" for case in cases))
failed = [line for line in lines if not line["ok"]]
for line in failed:
    print(f"\n{line['client']} {line['path']} {line['case']}:\n{line['why']}", file=sys.stderr)
assert len(lines) >= int(sys.argv[1]), f"only {len(lines)} cases ran"
sys.exit(bool(failed))

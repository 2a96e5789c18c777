"""Runs the README's commands: every fenced block marked `sh` whose lines call relaydeck or curl, in one fresh home.

Usage: readme.py BINARY. Blocks run in order in one shell; the first line that fails ends it.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

binary = pathlib.Path(sys.argv[1]).resolve()
readme = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
blocks = [block for block in re.findall(r"^```sh\n(.*?)^```", readme, re.M | re.S) if "cargo" not in block]
assert blocks, "the README has no commands"
script = "set -euo pipefail\n" + "\n".join(blocks)

with tempfile.TemporaryDirectory() as folder:
    tools = pathlib.Path(folder, "bin")
    tools.mkdir()
    (tools / "relaydeck").symlink_to(binary)
    env = dict(os.environ, RELAYDECK_HOME=f"{folder}/home", PATH=f"{tools}:{os.environ['PATH']}")
    result = subprocess.run(["bash", "-c", script], env=env, cwd=folder, timeout=300)
    if result.returncode:
        raise SystemExit(f"a command of the README failed with {result.returncode}")
print(f"{len(blocks)} blocks ran")

"""Runs the README's commands: every fenced block marked `sh` whose lines call relaydeck or curl, in one fresh home.

Usage: readme.py BINARY. Blocks run in order in one shell; the first line that fails ends it. Lines of other blocks that call
relaydeck need relays which are not here; of those, every sub-command and every flag must exist.
"""

import os
import pathlib
import re
import shlex
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


def help_of(path):
    """What `--help` says of a sub-command, or None where there is none of that name."""
    result = subprocess.run([binary, *path, "--help"], capture_output=True, text=True, timeout=30)
    return result.stdout if result.returncode == 0 else None


def subcommands(text):
    """The names that a help text lists under its commands."""
    listed = re.search(r"^Commands:\n((?: .*\n)+)", text, re.M)
    return re.findall(r"^  (\S+)", listed[1], re.M) if listed else []


shown = re.findall(r"^```(\w*)\n(.*?)^```", readme, re.M | re.S)
lines = [line for mark, block in shown if mark != "sh" for line in block.splitlines() if line.startswith("relaydeck ")]
assert lines, "the README shows no commands beside those that ran"
for line in lines:
    words = shlex.split(line, comments=True)[1:]
    path, text = [], help_of([])
    while words and subcommands(text):
        word = words.pop(0)
        if word.startswith("-"):
            assert re.search(rf"(?<![\w-]){re.escape(word)}\b", text), f"{line}: no flag {word}"
            words.pop(0)  # Before a sub-command the README gives only flags that take a value.
            continue
        assert word in subcommands(text), f"{line}: no sub-command {word}"
        path.append(word)
        text = help_of(path)
        assert text is not None, f"{line}: {path} has no help"
    assert not subcommands(text), f"{line}: {path} is not a whole command"
    for flag in (word for word in words if re.match(r"--?[a-z]", word)):
        assert re.search(rf"(?<![\w-]){re.escape(flag)}\b", text), f"{line}: no flag {flag}"
print(f"{len(lines)} more lines name what there is")

"""Installs tools, sets each up with relaydeck in a home of its own, and makes one call through it.

Usage: tools.py BINARY HOME CACHE [--all | TOOL...]. A call counts when the tool prints an answer, and the embedded relay
has charged the key that the tool was given. Ends with a table: tool, version, result.
"""

import dataclasses
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request

MODEL = "relaydeck-handbook"
QUESTION = "What is a group of a relay?"
# Seconds: for one installation, for one build from source, for one call, and for a whole run; a tool whose turn comes later
# is not tried.
INSTALL, BUILD, CALL, WHOLE = 1500, 3600, 300, 9000

OPENAI_PY = "import openai; print(openai.OpenAI().chat.completions.create(model={m}, messages=[dict(role='user', content={q})]).choices[0].message.content)"
ANTHROPIC_PY = "import anthropic; print(anthropic.Anthropic().messages.create(model={m}, max_tokens=300, messages=[dict(role='user', content={q})]).content[0].text)"
OPENAI_JS = "new (require('openai'))().chat.completions.create({{model: {m}, messages: [{{role: 'user', content: {q}}}]}}).then(r => console.log(r.choices[0].message.content))"
ANTHROPIC_JS = "new (require('@anthropic-ai/sdk'))().messages.create({{model: {m}, max_tokens: 300, messages: [{{role: 'user', content: {q}}}]}}).then(r => console.log(r.content[0].text))"


def filled(code):
    return code.format(m=repr(MODEL), q=repr(QUESTION))


@dataclasses.dataclass
class Tool:
    registry: str
    package: str
    program: str
    call: list | None
    version: list = dataclasses.field(default_factory=lambda: ["--version"])
    env: dict = dataclasses.field(default_factory=dict)
    # What relaydeck knows it as, where that is not its name here; a library has no file of its own.
    known_as: str = ""
    library: bool = False
    # Whether it is tried when nothing is named.
    light: bool = False


def python_library(package, code):
    return Tool(
        "pip", package, "python", ["-c", filled(code)], ["-c", f"import {package}; print({package}.__version__)"],
        known_as=f"{package}-sdk", library=True,
    )


def node_library(package, known_as, code):
    version = f"console.log(JSON.parse(require('fs').readFileSync(process.env.NODE_PATH + '/{package}/package.json')).version)"
    return Tool("npm", package, "node", ["-e", filled(code)], ["-e", version], known_as=known_as, library=True)


TOOLS = {
    "llm": Tool("pip", "llm", "llm", ["--no-log", QUESTION], light=True),
    "claude-code": Tool(
        "npm", "@anthropic-ai/claude-code", "claude", ["-p", QUESTION], light=True,
        env={"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
    ),
    "codex": Tool("npm", "@openai/codex", "codex", ["exec", "--skip-git-repo-check", "--color", "never", QUESTION]),
    "gemini-cli": Tool(
        "npm", "@google/gemini-cli", "gemini", ["-p", QUESTION], env={"GEMINI_CLI_TRUST_WORKSPACE": "true"},
    ),
    "opencode": Tool(
        "npm", "opencode-ai", "opencode", ["run", QUESTION],
        env={"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"},
    ),
    "continue": Tool("npm", "@continuedev/cli", "cn", ["-p", QUESTION]),
    "aider": Tool(
        "pip", "aider-chat", "aider",
        ["--message", QUESTION, "--yes-always", "--no-git", "--no-check-update", "--no-show-model-warnings",
         "--no-analytics", "--map-tokens", "0"],
    ),
    "litellm": Tool("pip", "litellm[proxy]", "litellm", None),
    "openai-python": python_library("openai", OPENAI_PY),
    "openai-node": node_library("openai", "openai-sdk", OPENAI_JS),
    "anthropic-python": python_library("anthropic", ANTHROPIC_PY),
    "anthropic-node": node_library("@anthropic-ai/sdk", "anthropic-sdk", ANTHROPIC_JS),
    "crush": Tool("npm", "@charmland/crush", "crush", ["run", "--quiet", QUESTION]),
    "aichat": Tool("cargo", "aichat", "aichat", [QUESTION]),
}

binary, home, cache = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
wanted = sys.argv[4:]
if wanted == ["--all"]:
    names = list(TOOLS)
else:
    names = wanted or [name for name, tool in TOOLS.items() if tool.light]


class Absent(Exception):
    """A tool that its registry does not give here: nothing is known of it then."""


def run(command, env=None, cwd=None, timeout=CALL):
    """Runs a command; its output, or RuntimeError with what it said last."""
    done = subprocess.run(
        command, env=env, cwd=cwd, timeout=timeout, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace",
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-6:]
        raise RuntimeError(f"exit code {done.returncode}: " + " | ".join(said))
    return done.stdout


def install(name, tool):
    """Installs a package once into the cache and returns the folder of its programs."""
    if tool.registry == "pip":
        # Each in an environment of its own: their dependencies do not agree. Wheels only: building some of them from
        # source takes longer than everything else here.
        place = cache / f"venv-{name}"
        if not (place / "done").exists():
            run([sys.executable, "-m", "venv", place])
            run([place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "--only-binary", ":all:", tool.package], timeout=INSTALL)
            (place / "done").touch()
        return place / "bin"
    if tool.registry == "npm":
        place = cache / f"npm-{name}"
        if not (place / "done").exists():
            place.mkdir(parents=True, exist_ok=True)
            try:
                run(["npm", "install", "--loglevel=error", "--no-audit", "--no-fund", "--prefix", place, tool.package],
                    timeout=INSTALL)
            except RuntimeError as error:
                if "getaddrinfo" in str(error):
                    raise Absent("its package holds no program and fetches it from outside the registry") from error
                raise
            (place / "done").touch()
        return place / "node_modules" / ".bin"
    place = cache / "cargo"
    if not (place / "bin" / tool.program).exists():
        # Only one call is made with it: built without optimizing and without debug information, in an hour at most.
        cheap = os.environ | {"CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_INCREMENTAL": "0"}
        built = cache / "cargo-target"
        run(["cargo", "install", "--quiet", "--locked", "--debug", "--root", place, "--target-dir", built, tool.package],
            env=cheap, timeout=BUILD)
        shutil.rmtree(built, ignore_errors=True)
    return place / "bin"


def used(name):
    """What was charged to the keys of a name, in billionths of a dollar."""
    keys = json.loads(run([binary, "keys", "list", "--json"]))
    return sum(key["used_nusd"] for key in keys if key["name"] == name)


def through_litellm(programs, env, folder):
    """Starts the LiteLLM proxy on what was written and asks it."""
    command = [programs / "litellm", "--config", "litellm_config.yaml", "--host", "127.0.0.1", "--port", "4555"]
    # Since late 2026 it does not start without a key of its own.
    master = "sk-" + secrets.token_hex(24)
    log = folder / "proxy.log"
    with open(log, "wb") as out:
        proxy = subprocess.Popen(
            command, env=env | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": master}, cwd=folder, stdout=out, stderr=out
        )
    try:
        body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": QUESTION}]}).encode()
        request = urllib.request.Request(
            "http://127.0.0.1:4555/v1/chat/completions", body,
            {"Content-Type": "application/json", "Authorization": f"Bearer {master}"},
        )
        for _ in range(CALL):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)["choices"][0]["message"]["content"]
            except OSError:
                if proxy.poll() is not None:
                    raise RuntimeError("the proxy ended: " + " | ".join(log.read_text().splitlines()[-4:]))
                time.sleep(1)
        raise RuntimeError("the proxy did not come up")
    finally:
        proxy.terminate()
        proxy.wait(30)


def variables(file, env, cwd):
    """The environment after a shell has read a file of variables."""
    read = run(["sh", "-c", f"set -a; . '{file}'; env -0"], env=env, cwd=cwd)
    return dict(pair.split("=", 1) for pair in read.split("\0") if "=" in pair)


def call(name):
    tool = TOOLS[name]
    known = tool.known_as or name
    try:
        programs = install(name, tool)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise Absent(f"not installed: {error}") from error
    user = home / name
    project = user / "project"
    project.mkdir(parents=True)
    # Nothing of whoever runs this: no key and no address but what is written for the tool.
    env = {word: os.environ[word] for word in ("LANG", "TERM", "RELAYDECK_HOME") if word in os.environ}
    env |= {"HOME": str(user), "PATH": f"{programs}:{os.environ['PATH']}", "NO_COLOR": "1", "CI": "1"} | tool.env
    if tool.program == "node":
        env["NODE_PATH"] = str(programs.parent)
    program = shutil.which(tool.program, path=env["PATH"])
    if program is None:
        raise Absent("its package brings no program")
    told = run([program, *tool.version], env=env, cwd=project).strip().splitlines()[-1]
    version = re.search(r"\d+(\.\d+)+[\w.-]*", told)
    told = version.group() if version else told
    setup = [binary, "tools", "setup", known, "-m", MODEL, "--new-key", "--yes", "--json"]
    written = json.loads(run(setup + (["--file", ".env"] if tool.library else []), env=env, cwd=project))
    assert written["written"] and written["check"]["answer"]["text"], written
    before = used(f"{known}-relaydeck")
    # A key that the tool reads from a variable is in a file for a shell to read.
    key_file = pathlib.Path(os.environ["RELAYDECK_HOME"], "tools", f"{known}.env")
    if tool.library:
        key_file = project / ".env"
    if key_file.exists():
        env = variables(key_file, env, project)
    state = json.loads(run([binary, "tools", "effective", known, "--json"], env=env, cwd=project))
    assert state[0]["state"] == "ready", state
    begun = time.monotonic()
    if tool.call is None:
        answer = through_litellm(programs, env, project)
    else:
        answer = run([program, *tool.call], env=env, cwd=project)
    took = time.monotonic() - begun
    paid = used(f"{known}-relaydeck") - before
    assert answer.strip(), "no answer"
    assert paid > 0, f"nothing was charged; it said {answer.strip()[-200:]!r}"
    undo = [binary, "tools", "undo", known, "--yes", "--json"]
    undone = json.loads(run(undo, env=env, cwd=project))
    assert undone["undone"], undone
    return told, f"ok: {len(answer.strip())} bytes in {took:.0f} s for {paid} nano-dollars"


failed, rows, begun = False, [], time.monotonic()
for name in names:
    told, result = "", f"not tried: {WHOLE} s were over"
    if time.monotonic() - begun < WHOLE:
        try:
            told, result = call(name)
        except Absent as error:
            result = f"blocked: {error}"
        except (RuntimeError, AssertionError, subprocess.TimeoutExpired, OSError, ValueError) as error:
            result, failed = f"FAILED: {error}", True
    print(f"{name}: {told} {result}", flush=True)
    rows.append((name, told, result))
    shutil.rmtree(home / name, ignore_errors=True)
print(f"\n{'tool':18}{'version':14}result")
for name, told, result in rows:
    print(f"{name:18}{told:14}{result}")
sys.exit(failed)

"""Installs tools, sets each up with relaydeck in a home of its own, and makes one call through it.

Usage: tools.py BINARY HOME CACHE [--all | TOOL...]. A call counts when the tool prints an answer, and the embedded relay
has charged the key that the tool was given.
"""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

MODEL = "relaydeck-handbook"
# The built-in models are not called as Gemini's are: a tool that speaks only that gets a channel to a server of that kind.
GEMINI = "gemini-2.5-pro"
QUESTION = "What is a group of a relay?"

# name: (light, registry, package, program, arguments of the version, arguments of the call, environment)
TOOLS = {
    "llm": (True, "pip", "llm", "llm", ["--version"], ["--no-log", QUESTION], {}),
    "codex": (
        False, "npm", "@openai/codex", "codex", ["--version"],
        ["exec", "--skip-git-repo-check", "--color", "never", QUESTION], {},
    ),
    "claude-code": (
        True, "npm", "@anthropic-ai/claude-code", "claude", ["--version"], ["-p", QUESTION],
        {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
    ),
    "gemini-cli": (
        False, "npm", "@google/gemini-cli", "gemini", ["--version"], ["-p", QUESTION],
        {"GEMINI_CLI_TRUST_WORKSPACE": "true"},
    ),
    "opencode": (
        False, "npm", "opencode-ai", "opencode", ["--version"], ["run", QUESTION],
        {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"},
    ),
    "continue": (False, "npm", "@continuedev/cli", "cn", ["--version"], ["-p", QUESTION], {}),
    "aider": (
        False, "pip", "aider-chat", "aider", ["--version"],
        ["--message", QUESTION, "--yes-always", "--no-git", "--no-check-update", "--no-show-model-warnings",
         "--no-analytics", "--map-tokens", "0"], {},
    ),
    "litellm": (False, "pip", "litellm[proxy]", "litellm", ["--version"], None, {}),
    "crush": (False, "npm", "@charmland/crush", "crush", ["--version"], ["run", "--quiet", QUESTION], {}),
    "aichat": (False, "cargo", "aichat", "aichat", ["--version"], [QUESTION], {}),
}

binary, home, cache = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
wanted = sys.argv[4:]
if wanted == ["--all"]:
    names = list(TOOLS)
else:
    names = wanted or [name for name, tool in TOOLS.items() if tool[0]]


class Absent(Exception):
    """A tool that its registry does not give here: nothing is known of it then."""


def run(command, env=None, cwd=None, timeout=300):
    """Runs a command; its output, or SystemExit with what it said last."""
    done = subprocess.run(
        command, env=env, cwd=cwd, timeout=timeout, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace",
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-6:]
        raise RuntimeError(f"exit code {done.returncode}: " + " | ".join(said))
    return done.stdout


def install(registry, package, program):
    """Installs a package once into the cache and returns the folder of its programs."""
    if registry == "pip":
        # Each in an environment of its own: their dependencies do not agree.
        place = cache / ("venv-" + program)
        if not (place / "bin" / program).exists():
            run([sys.executable, "-m", "venv", place])
            run([place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package],
                timeout=1800)
        return place / "bin"
    if registry == "npm":
        place = cache / ("npm-" + program)
        folder = place / "node_modules" / ".bin"
        if not (folder / program).exists():
            place.mkdir(parents=True, exist_ok=True)
            run(["npm", "install", "--loglevel=error", "--no-audit", "--no-fund", "--prefix", place, package], timeout=1800)
        return folder
    place = cache / "cargo"
    if not (place / "bin" / program).exists():
        run(["cargo", "install", "--quiet", "--locked", "--root", place, package], timeout=3600)
    return place / "bin"


def used(name):
    """What was charged to the key of a name, in billionths of a dollar."""
    keys = json.loads(run([binary, "keys", "list", "--json"]))
    return sum(key["used_nusd"] for key in keys if key["name"] == name)


class Gemini(http.server.BaseHTTPRequestHandler):
    """A vendor of the Gemini kind with one answer."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        usage = {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13}
        part = {"content": {"role": "model", "parts": [{"text": "A group is a channel."}]}, "finishReason": "STOP", "index": 0}
        answer = json.dumps({"candidates": [part], "usageMetadata": usage, "modelVersion": GEMINI})
        streamed = ":streamGenerateContent" in self.path
        body = (f"data: {answer}\r\n\r\n" if streamed else answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def gemini_channel():
    """Gives the embedded relay a channel to such a vendor; the model it serves."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gemini)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    run([binary, "channels", "add", "google", "--kind", "gemini", "--url", url, "--models", GEMINI,
         "--price-in", "1", "--price-out", "4"], env=os.environ | {"RELAYDECK_CHANNEL_KEY": "upstream-key"})
    return GEMINI


def through_litellm(programs, env, folder):
    """Starts the LiteLLM proxy on what was written and asks it."""
    command = [programs / "litellm", "--config", "litellm_config.yaml", "--host", "127.0.0.1", "--port", "4555"]
    log = folder / "proxy.log"
    with open(log, "wb") as out:
        proxy = subprocess.Popen(
            command, env=env | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}, cwd=folder, stdout=out, stderr=out
        )
    try:
        body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": QUESTION}]}).encode()
        request = urllib.request.Request(
            "http://127.0.0.1:4555/v1/chat/completions", body,
            {"Content-Type": "application/json", "Authorization": "Bearer sk-any"},
        )
        for _ in range(600):
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


def call(name):
    _, registry, package, program, version, arguments, extra = TOOLS[name]
    try:
        programs = install(registry, package, program)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise Absent(str(error)) from error
    if not (programs / program).exists():
        raise Absent("its package brings no program")
    user = home / name
    project = user / "project"
    project.mkdir(parents=True)
    # Nothing of whoever runs this: no key and no address but what is written for the tool.
    env = {word: os.environ[word] for word in ("LANG", "TERM", "RELAYDECK_HOME") if word in os.environ}
    env |= {"HOME": str(user), "PATH": f"{programs}:{os.environ['PATH']}", "NO_COLOR": "1", "CI": "1"} | extra
    told = run([programs / program, *version], env=env, cwd=project, timeout=600).strip().splitlines()[-1]
    model = gemini_channel() if name == "gemini-cli" else MODEL
    setup = [binary, "tools", "setup", name, "-m", model, "--new-key", "--yes", "--json"]
    written = json.loads(run(setup, env=env, cwd=project))
    assert written["written"] and written["check"]["answer"]["text"], written
    # A key that the tool reads from a variable is in a file for a shell to read.
    key_file = pathlib.Path(os.environ["RELAYDECK_HOME"], "tools", f"{name}.env")
    if key_file.exists():
        read = run(["sh", "-c", f". '{key_file}'; env -0"], env=env)
        env = dict(pair.split("=", 1) for pair in read.split("\0") if "=" in pair)
    state = json.loads(run([binary, "tools", "effective", name, "--json"], env=env, cwd=project))
    assert state[0]["state"] == "ready", state
    try:
        if arguments is None:
            answer = through_litellm(programs, env, project)
        else:
            answer = run([programs / program, *arguments], env=env, cwd=project, timeout=300)
    finally:
        paid = used(f"{name}-relaydeck")
    assert answer.strip(), "no answer"
    assert paid > 0, f"nothing was charged; it said {answer.strip()[-200:]!r}"
    undone = json.loads(run([binary, "tools", "undo", name, "--yes", "--json"], env=env, cwd=project))
    assert undone["undone"], undone
    return told, f"ok, {len(answer.strip())} bytes for {paid} nano-dollars"


failed = False
for name in names:
    try:
        told, result = call(name)
    except Absent as error:
        told, result = "", f"not installed: {error}"
    except (RuntimeError, AssertionError, subprocess.TimeoutExpired, OSError, ValueError) as error:
        told, result, failed = "", f"FAILED: {error}", True
    print(f"{name:12} {told:32} {result}", flush=True)
    shutil.rmtree(home / name, ignore_errors=True)
sys.exit(failed)

# For the scripts beside this one: an embedded relay in a fresh home, gone again when the script ends. Expects $binary;
# sets $home and $url.
home=$(mktemp -d)
export RELAYDECK_HOME="$home/relaydeck"
mkdir -p "$RELAYDECK_HOME"
"$binary" serve --listen 127.0.0.1:0 --json >"$home/serve.json" 2>"$home/serve.err" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$home"' EXIT
for _ in $(seq 300); do [ -s "$home/serve.json" ] && break; sleep 0.1; done
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$home/serve.json")

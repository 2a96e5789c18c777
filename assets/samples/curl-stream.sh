# {key}: export RELAY_API_KEY=sk-...
# Events arrive as they are made, `data: {...}` each, and `data: [DONE]` at the end.
curl --fail-with-body --silent --show-error --no-buffer '{v1}/chat/completions' \
  -H "Authorization: Bearer $RELAY_API_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"model": "{model}", "stream": true, "stream_options": {"include_usage": true}, "messages": [{"role": "user", "content": "{prompt}"}]}'

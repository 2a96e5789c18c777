# {key}: export RELAY_API_KEY=sk-...
curl --fail-with-body --silent --show-error '{v1}/chat/completions' \
  -H "Authorization: Bearer $RELAY_API_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"model": "{model}", "messages": [{"role": "user", "content": "{prompt}"}]}'

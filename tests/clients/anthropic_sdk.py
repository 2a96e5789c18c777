"""The official Anthropic SDK against the embedded relay: list, message, stream, tools, count of tokens, errors.

Usage: anthropic_sdk.py BASE_URL (without /v1); the key comes from ANTHROPIC_API_KEY.
"""

import os
import sys

import anthropic

base = sys.argv[1]
client = anthropic.Anthropic(base_url=base, max_retries=0)

names = [model.id for model in client.models.list()]
assert "relaydeck-handbook" in names and "relaydeck-lab" in names, names
print("models:", ", ".join(names))

question = [{"role": "user", "content": "What is a group?"}]
tools = [
    {
        "name": "weather",
        "description": "Tells the weather of a city.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]
reply = client.messages.create(
    model="relaydeck-handbook", max_tokens=500, system="Be brief.", messages=question, tools=tools
)
assert reply.type == "message" and reply.stop_reason == "end_turn", reply
assert "group" in reply.content[0].text.lower()
assert reply.usage.input_tokens > 0 and reply.usage.output_tokens > 0, reply.usage
print("message:", reply.usage.input_tokens, "in,", reply.usage.output_tokens, "out")

lab = [{"role": "user", "content": "[[tokens=50 speed=0]]"}]
kinds = []
with client.messages.stream(model="relaydeck-lab", max_tokens=500, messages=lab) as stream:
    for event in stream:
        kinds.append(event.type)
    final = stream.get_final_message()
assert kinds[0] == "message_start" and kinds[-1] == "message_stop", kinds
assert final.content[0].text and final.usage.output_tokens == 50, final
assert final.stop_reason == "end_turn" and final.model == "relaydeck-lab", final
print("stream:", len(kinds), "events,", final.usage.output_tokens, "out")

counted = client.messages.count_tokens(model="relaydeck-handbook", system="Be brief.", messages=question, tools=tools)
fewer = client.messages.count_tokens(model="relaydeck-handbook", messages=question)
assert counted.input_tokens > fewer.input_tokens > 0, (counted, fewer)
print("count_tokens:", counted.input_tokens, "and", fewer.input_tokens, "without system and tools")

# The usual troubles arrive as the SDK's own exceptions.
wrong = anthropic.Anthropic(base_url=base, api_key="sk-" + "x" * 20, max_retries=0)
try:
    wrong.messages.create(model="relaydeck-lab", max_tokens=5, messages=lab)
    raise SystemExit("a wrong key was taken")
except anthropic.AuthenticationError as error:
    assert error.body["type"] == "error" and error.body["error"]["type"] == "authentication_error", error.body

limited = [{"role": "user", "content": "[[fault=429 retry-after=2]]"}]
try:
    client.messages.create(model="relaydeck-lab", max_tokens=5, messages=limited, stream=True)
    raise SystemExit("a 429 was not seen")
except anthropic.RateLimitError as error:
    assert error.response.headers["retry-after"] == "2", dict(error.response.headers)
    assert error.body["error"]["type"] == "rate_limit_error", error.body

broken = [{"role": "user", "content": "[[tokens=20 speed=0 after=9 fault=cut]]"}]
try:
    with client.messages.stream(model="relaydeck-lab", max_tokens=500, messages=broken) as stream:
        stream.until_done()
    raise SystemExit("a cut stream looked complete")
except anthropic.APIError as error:
    assert "request id" in str(error), error

print("errors: 401, 429, a cut stream seen")
print("sdk:", anthropic.__version__, os.path.basename(sys.executable))

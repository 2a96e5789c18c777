"""The official OpenAI SDK against the embedded relay: list, chat, responses, streams, errors.

Usage: openai_sdk.py BASE_URL; the key comes from OPENAI_API_KEY.
"""

import os
import sys

import openai

base = sys.argv[1]
client = openai.OpenAI(base_url=base, max_retries=0)

names = [model.id for model in client.models.list()]
assert "relaydeck-handbook" in names and "relaydeck-lab" in names, names
assert client.models.retrieve("relaydeck-lab").id == "relaydeck-lab"
print("models:", ", ".join(names))

question = [{"role": "user", "content": "What is a group?"}]
reply = client.chat.completions.create(model="relaydeck-handbook", messages=question)
assert reply.choices[0].finish_reason == "stop" and "group" in reply.choices[0].message.content.lower()
assert reply.usage.completion_tokens > 0 and reply.usage.prompt_tokens > 0
print("chat:", reply.usage.prompt_tokens, "in,", reply.usage.completion_tokens, "out")

lab = [{"role": "user", "content": "[[tokens=50 speed=0]]"}]
chunks = list(
    client.chat.completions.create(
        model="relaydeck-lab", messages=lab, stream=True, stream_options={"include_usage": True}
    )
)
text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
assert text and chunks[-1].usage.completion_tokens == 50, chunks[-1]
assert chunks[-1].choices == []
print("stream:", len(chunks), "chunks,", chunks[-1].usage.completion_tokens, "out")

unasked = list(client.chat.completions.create(model="relaydeck-lab", messages=lab, stream=True))
assert all(chunk.usage is None for chunk in unasked), "usage that was not asked for was sent"

reply = client.responses.create(model="relaydeck-handbook", instructions="Be brief.", input="What is a group?")
assert reply.status == "completed" and "group" in reply.output_text.lower(), reply
assert reply.usage.input_tokens > 0 and reply.usage.output_tokens > 0, reply.usage
print("responses:", reply.usage.input_tokens, "in,", reply.usage.output_tokens, "out")

events = list(client.responses.create(model="relaydeck-lab", input=lab, stream=True))
assert events[0].type == "response.created" and events[-1].type == "response.completed", events
assert [event.sequence_number for event in events] == list(range(len(events))), "events out of order"
text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
assert text and text == events[-1].response.output_text, text
assert events[-1].response.usage.output_tokens == 50, events[-1].response.usage
print("responses stream:", len(events), "events")

# The usual troubles arrive as the SDK's own exceptions.
wrong = openai.OpenAI(base_url=base, api_key="sk-" + "x" * 20, max_retries=0)
try:
    wrong.chat.completions.create(model="relaydeck-lab", messages=lab)
    raise SystemExit("a wrong key was taken")
except openai.AuthenticationError as error:
    assert error.status_code == 401 and error.body["type"] == "new_api_error", error.body

try:
    client.chat.completions.create(model="relaydeck-labb", messages=lab)
    raise SystemExit("a wrong model was taken")
except openai.APIStatusError as error:
    assert error.status_code == 503 and error.code == "model_not_found", error

limited = [{"role": "user", "content": "[[fault=429 retry-after=2]]"}]
try:
    client.chat.completions.create(model="relaydeck-lab", messages=limited, stream=True)
    raise SystemExit("a 429 was not seen")
except openai.RateLimitError as error:
    assert error.response.headers["retry-after"] == "2", dict(error.response.headers)

print("errors: 401, 503, 429 seen")
print("sdk:", openai.__version__, os.path.basename(sys.executable))

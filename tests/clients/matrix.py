"""The official Python SDKs of OpenAI, Anthropic and Google through the relay, in front of `upstream.py`.

Usage: matrix.py BASE_URL (without /v1); the key comes from RELAY_KEY. Prints a JSON line a case; nothing else is judged here.
"""

import json
import os
import sys
import traceback

import anthropic
import openai
from upstream_words import ANSWER, CITIES, MODELS, PIXEL, SYSTEM, TOLD, USAGE

try:
    from google import genai
    from google.genai import errors, types
except ImportError:
    genai = None

base, key = sys.argv[1], os.environ["RELAY_KEY"]
openai_client = openai.OpenAI(base_url=f"{base}/v1", api_key=key, max_retries=0)
anthropic_client = anthropic.Anthropic(base_url=base, api_key=key, max_retries=0)
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
PROMPT = USAGE["input"] + USAGE["cached"]


def raises(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def limited(error):
    assert error.response.headers["retry-after"] == "7", dict(error.response.headers)
    assert "too many requests" in str(error), error
    assert error.response.headers["x-oneapi-request-id"], "no request id"


class Chat:
    """The OpenAI SDK's chat completions."""

    def __init__(self, model):
        self.model = model

    def ask(self, content, client=openai_client, **more):
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": content}]
        return client.chat.completions.create(model=self.model, messages=messages, **more)

    def check(self, text, usage, reason, finish="stop"):
        assert text == ANSWER, text
        assert (usage.prompt_tokens, usage.completion_tokens) == (PROMPT, USAGE["output"]), usage
        assert usage.prompt_tokens_details.cached_tokens == USAGE["cached"], usage
        assert reason == finish, reason

    def plain(self):
        reply = self.ask("Hello")
        choice = reply.choices[0]
        self.check(choice.message.content, reply.usage, choice.finish_reason)
        assert reply.object == "chat.completion" and choice.message.role == "assistant", reply

    def stream(self):
        chunks = list(self.ask("Hello", stream=True, stream_options={"include_usage": True}))
        text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
        assert len(reasons) == 1 and len({chunk.id for chunk in chunks}) == 1, chunks
        self.check(text, chunks[-1].usage, reasons[0])
        assert all(chunk.usage is None for chunk in self.ask("Hello", stream=True)), "usage nobody asked for"

    def tools(self):
        tools = [{"type": "function", "function": {"name": "weather", "description": "x", "parameters": SCHEMA}}]
        with openai_client.chat.completions.stream(
            model=self.model, tools=tools,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": "The weather?"}],
        ) as stream:
            for _ in stream:
                pass
            streamed = stream.get_final_completion().choices[0]
        whole = self.ask("The weather?", tools=tools).choices[0]
        for choice in (streamed, whole):
            assert choice.finish_reason == "tool_calls", choice
            calls = choice.message.tool_calls
            asked = [json.loads(call.function.arguments)["city"] for call in calls]
            assert asked == list(CITIES) and {call.function.name for call in calls} == {"weather"}, calls
            messages = [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": "The weather?"},
                {"role": "assistant", "content": choice.message.content, "tool_calls": [
                    {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
                    for call in calls
                ]},
                *({"role": "tool", "tool_call_id": call.id, "content": CITIES[city]} for call, city in zip(calls, asked)),
            ]
            reply = openai_client.chat.completions.create(model=self.model, messages=messages, tools=tools)
            assert reply.choices[0].message.content == TOLD, reply

    def image(self):
        url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        reply = self.ask([{"type": "text", "text": "What is this picture?"}, url])
        assert reply.choices[0].message.content == ANSWER, reply

    def errors(self):
        wrong = openai.OpenAI(base_url=f"{base}/v1", api_key="sk-nobody", max_retries=0)
        assert raises(openai.AuthenticationError, lambda: self.ask("Hello", wrong)).code == "invalid_token"
        for stream in (False, True):
            raises(openai.NotFoundError, lambda: self.ask("missing", stream=stream))
            limited(raises(openai.RateLimitError, lambda: self.ask("limited", stream=stream)))


class Responses:
    """The OpenAI SDK's responses."""

    def __init__(self, model):
        self.model = model

    def ask(self, content, client=openai_client, **more):
        return client.responses.create(model=self.model, instructions=SYSTEM, input=content, **more)

    def check(self, reply):
        assert reply.status == "completed" and reply.output_text == ANSWER, reply
        usage = reply.usage
        assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (PROMPT, USAGE["output"], PROMPT + USAGE["output"])
        assert usage.input_tokens_details.cached_tokens == USAGE["cached"], usage

    def plain(self):
        self.check(self.ask("Hello"))

    def stream(self):
        events = list(self.ask("Hello", stream=True))
        assert events[0].type == "response.created" and events[-1].type == "response.completed", events
        assert [event.sequence_number for event in events] == list(range(len(events))), "events out of order"
        text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert text == ANSWER, text
        self.check(events[-1].response)
        with openai_client.responses.stream(model=self.model, instructions=SYSTEM, input="Hello") as stream:
            for _ in stream:
                pass
            self.check(stream.get_final_response())

    def tools(self):
        tools = [{"type": "function", "name": "weather", "description": "x", "parameters": SCHEMA, "strict": True}]
        question = [{"role": "user", "content": "The weather?"}]
        streamed = list(self.ask(question, tools=tools, stream=True))[-1].response
        for reply in (streamed, self.ask(question, tools=tools)):
            calls = [item for item in reply.output if item.type == "function_call"]
            asked = [json.loads(call.arguments)["city"] for call in calls]
            assert asked == list(CITIES) and {call.name for call in calls} == {"weather"}, reply
            outputs = [
                {"type": "function_call_output", "call_id": call.call_id, "output": CITIES[city]}
                for call, city in zip(calls, asked)
            ]
            # As an agent does it: the whole output goes back, reasoning included.
            items = [*question, *(item.model_dump(exclude_none=True) for item in reply.output), *outputs]
            assert self.ask(items, tools=tools).output_text == TOLD

    def image(self):
        url = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}
        content = [{"type": "input_text", "text": "What is this picture?"}, url]
        assert self.ask([{"role": "user", "content": content}]).output_text == ANSWER

    def errors(self):
        wrong = openai.OpenAI(base_url=f"{base}/v1", api_key="sk-nobody", max_retries=0)
        assert raises(openai.AuthenticationError, lambda: self.ask("Hello", wrong)).code == "invalid_token"
        for stream in (False, True):
            raises(openai.NotFoundError, lambda: self.ask("missing", stream=stream))
            limited(raises(openai.RateLimitError, lambda: self.ask("limited", stream=stream)))


class Messages:
    """The Anthropic SDK's messages."""

    def __init__(self, model):
        self.model = model

    def ask(self, content, client=anthropic_client, **more):
        messages = content if isinstance(content, list) and "role" in content[0] else [{"role": "user", "content": content}]
        return client.messages.create(model=self.model, max_tokens=1000, system=SYSTEM, messages=messages, **more)

    def check(self, reply):
        assert "".join(block.text for block in reply.content if block.type == "text") == ANSWER, reply
        usage = reply.usage
        assert (usage.input_tokens, usage.cache_read_input_tokens) == (USAGE["input"], USAGE["cached"]), usage
        assert usage.output_tokens == USAGE["output"] and reply.stop_reason == "end_turn", reply

    def plain(self):
        reply = self.ask("Hello")
        self.check(reply)
        assert reply.type == "message" and reply.role == "assistant", reply

    def stream(self):
        kinds = []
        with anthropic_client.messages.stream(
            model=self.model, max_tokens=1000, system=SYSTEM, messages=[{"role": "user", "content": "Hello"}]
        ) as stream:
            kinds += [event.type for event in stream]
            self.check(stream.get_final_message())
        assert kinds[0] == "message_start" and kinds[-1] == "message_stop", kinds

    def tools(self):
        tools = [{"name": "weather", "description": "x", "input_schema": SCHEMA}]
        question = [{"role": "user", "content": "The weather?"}]
        with anthropic_client.messages.stream(
            model=self.model, max_tokens=1000, system=SYSTEM, messages=question, tools=tools
        ) as stream:
            streamed = stream.get_final_message()
        for reply in (streamed, self.ask(question, tools=tools)):
            assert reply.stop_reason == "tool_use", reply
            calls = [block for block in reply.content if block.type == "tool_use"]
            assert [call.input["city"] for call in calls] == list(CITIES), reply
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": CITIES[call.input["city"]]} for call in calls
            ]
            history = [*question, {"role": "assistant", "content": reply.content}, {"role": "user", "content": results}]
            answer = self.ask(history, tools=tools)
            assert answer.content[-1].text == TOLD, answer

    def image(self):
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        reply = self.ask([{"type": "text", "text": "What is this picture?"}, {"type": "image", "source": source}])
        self.check(reply)

    def errors(self):
        wrong = anthropic.Anthropic(base_url=base, api_key="sk-nobody", max_retries=0)
        error = raises(anthropic.AuthenticationError, lambda: self.ask("Hello", wrong))
        assert error.body["error"]["type"] == "authentication_error", error.body
        for stream in (False, True):
            error = raises(anthropic.NotFoundError, lambda: self.ask("missing", stream=stream))
            assert error.body["error"]["type"] == "not_found_error", error.body
            error = raises(anthropic.RateLimitError, lambda: self.ask("limited", stream=stream))
            assert error.body["error"]["type"] == "rate_limit_error", error.body
            limited(error)


class Gemini:
    """The Google SDK, straight through."""

    def __init__(self, model):
        self.model, self.wrong = model, errors.ClientError
        self.client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base))
        self.config = types.GenerateContentConfig(system_instruction=SYSTEM)

    def check(self, text, usage):
        assert text == ANSWER, text
        assert (usage.prompt_token_count, usage.cached_content_token_count) == (PROMPT, USAGE["cached"]), usage

    def plain(self):
        reply = self.client.models.generate_content(model=self.model, contents="Hello", config=self.config)
        self.check(reply.text, reply.usage_metadata)
        assert self.client.models.count_tokens(model=self.model, contents="Hello").total_tokens == 7
        names = [model.name for model in self.client.models.list()]
        # Every model of the relay answers this client, translated where its upstream speaks another dialect.
        assert {f"models/{self.model}", "models/relaydeck-handbook"} <= set(names), names

    def stream(self):
        pieces = list(self.client.models.generate_content_stream(model=self.model, contents="Hello", config=self.config))
        self.check("".join(piece.text or "" for piece in pieces), pieces[-1].usage_metadata)

    def errors(self):
        for text, status in (("limited", 429),):
            error = raises(
                self.wrong, lambda: self.client.models.generate_content(model=self.model, contents=text, config=self.config)
            )
            assert error.code == status and error.status == "RESOURCE_EXHAUSTED", error


PATHS = {
    "chat→chat": lambda: Chat(MODELS["chat"]),
    "chat→messages": lambda: Chat(MODELS["claude"]),
    "messages→messages": lambda: Messages(MODELS["claude"]),
    "messages→chat": lambda: Messages(MODELS["chat"]),
    "responses→chat": lambda: Responses(MODELS["chat"]),
    "responses→messages": lambda: Responses(MODELS["claude"]),
    "responses→responses": lambda: Responses(MODELS["native"]),
    "gemini→gemini": lambda: Gemini(MODELS["gemini"]),
}

if genai is None:
    del PATHS["gemini→gemini"]

for path, make in PATHS.items():
    for case in ("plain", "stream", "tools", "image", "errors"):
        ok, why = True, ""
        try:
            run = getattr(make(), case, None)
            if run is None:
                continue
            run()
        except Exception:
            ok, why = False, traceback.format_exc()
        print(json.dumps({"client": "python", "path": path, "case": case, "ok": ok, "why": why}), flush=True)

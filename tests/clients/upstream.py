"""A vendor for tests: answers in OpenAI's, Anthropic's and Google's protocols with streams of the shapes they really send.

Usage: upstream.py; prints its address. Below it lie `/chat` (a server that knows only chat), `/native` (OpenAI with
Responses), `/claude` (Anthropic) and `/google` (Gemini). What a request says last decides the answer; a request that does not
hold what the client meant is refused with 418 and a reason, so that a client fails where a translation lost something.
"""

import http.server
import json
import socketserver
import sys

from upstream_words import CITIES, PIXEL, RESULT, USAGE, WORDS

KEY = "upstream-key"
THOUGHT = ["Let me ", "think."]


class Wrong(Exception):
    """The request does not say what it should."""


def need(holds, what):
    if not holds:
        raise Wrong(what)


def text_of(content):
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


# What a request asks for, whichever protocol says it: (case, stream).


def read_chat(body):
    messages = body["messages"]
    need(messages[0]["role"] in ("system", "developer") and "brief" in text_of(messages[0]["content"]), "the system prompt")
    last = messages[-1]
    if last["role"] == "tool":
        calls = [call for message in messages for call in message.get("tool_calls") or []]
        results = {message["tool_call_id"]: text_of(message["content"]) for message in messages if message["role"] == "tool"}
        told = {json.loads(call["function"]["arguments"])["city"]: results.get(call["id"]) for call in calls}
        need(told == CITIES, f"results {told}")
        return "result"
    if "picture" in text_of(last["content"]):
        urls = [part["image_url"]["url"] for part in last["content"] if part["type"] == "image_url"]
        need(urls == [f"data:image/png;base64,{PIXEL}"], "the picture")
    if "weather" in text_of(last["content"]):
        tool = body["tools"][0]["function"]
        need(tool["name"] == "weather" and tool["parameters"]["required"] == ["city"], "the tool")
    return text_of(last["content"])


def read_messages(body):
    need("brief" in text_of(body["system"]), "the system prompt")
    need(body["max_tokens"] > 0, "max_tokens")
    last = body["messages"][-1]
    blocks = last["content"] if isinstance(last["content"], list) else []
    results = [block for block in blocks if block["type"] == "tool_result"]
    if results:
        calls = [block for block in body["messages"][-2]["content"] if block["type"] == "tool_use"]
        by_id = {result["tool_use_id"]: text_of(result["content"]) for result in results}
        told = {call["input"]["city"]: by_id.get(call["id"]) for call in calls}
        need(told == CITIES, f"results {told}")
        return "result"
    if "picture" in text_of(last["content"]):
        sources = [block["source"] for block in blocks if block["type"] == "image"]
        need(sources == [{"type": "base64", "media_type": "image/png", "data": PIXEL}], "the picture")
    if "weather" in text_of(last["content"]):
        tool = body["tools"][0]
        need(tool["name"] == "weather" and tool["input_schema"]["required"] == ["city"], "the tool")
    return text_of(last["content"])


def read_responses(body):
    need("brief" in body["instructions"], "the instructions")
    items = body["input"]
    if isinstance(items, str):
        return items
    outputs = {item["call_id"]: item["output"] for item in items if item.get("type") == "function_call_output"}
    if outputs:
        calls = [item for item in items if item.get("type") == "function_call"]
        told = {json.loads(call["arguments"])["city"]: outputs.get(call["call_id"]) for call in calls}
        need(told == CITIES, f"results {told}")
        return "result"
    last = items[-1]
    if "picture" in text_of(last["content"]):
        urls = [part["image_url"] for part in last["content"] if part["type"] == "input_image"]
        need(urls == [f"data:image/png;base64,{PIXEL}"], "the picture")
    return text_of(last["content"])


def answer_of(case):
    """Thought, words and calls of an answer."""
    if "weather" in case:
        return THOUGHT, [], [("call_A", "weather", {"city": "Paris"}), ("call_B", "weather", {"city": "London"})]
    if case == "result":
        return [], RESULT, []
    return THOUGHT, WORDS, []


def halves(arguments):
    text = json.dumps(arguments)
    return [text[:5], text[5:]]


# OpenAI chat


def chat_usage():
    prompt = USAGE["input"] + USAGE["cached"]
    return {
        "prompt_tokens": prompt,
        "completion_tokens": USAGE["output"],
        "total_tokens": prompt + USAGE["output"],
        "prompt_tokens_details": {"cached_tokens": USAGE["cached"], "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": USAGE["reasoning"], "audio_tokens": 0},
    }


def chat_whole(case, model):
    thought, words, calls = answer_of(case)
    message = {"role": "assistant", "content": "".join(words) or None, "refusal": None, "annotations": []}
    if thought:
        message["reasoning_content"] = "".join(thought)
    if calls:
        message["tool_calls"] = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for id, name, arguments in calls
        ]
    reason = "tool_calls" if calls else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1764000000, "model": model, "choices": [choice],
        "usage": chat_usage(), "service_tier": "default", "system_fingerprint": "fp_1",
    }


def chat_stream(case, model, body):
    thought, words, calls = answer_of(case)
    wants = (body.get("stream_options") or {}).get("include_usage")

    def chunk(delta, reason=None, choices=True, usage=None):
        data = {
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1764000000, "model": model,
            "service_tier": "default", "system_fingerprint": "fp_1", "obfuscation": "k3",
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}] if choices else [],
        }
        if wants:
            data["usage"] = usage
        return f"data: {json.dumps(data)}\n\n"

    yield chunk({"role": "assistant", "content": "" if words else None, "refusal": None})
    for piece in thought:
        yield chunk({"reasoning_content": piece})
    for piece in words:
        yield chunk({"content": piece})
    for index, (id, name, _) in enumerate(calls):
        yield chunk({"tool_calls": [{"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": ""}}]})
        for piece in halves(calls[index][2]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if calls else "stop")
    if wants:
        yield chunk({}, choices=False, usage=chat_usage())
    yield "data: [DONE]\n\n"


# Anthropic


def messages_usage(output):
    return {
        "input_tokens": USAGE["input"], "cache_creation_input_tokens": 0, "cache_read_input_tokens": USAGE["cached"],
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output, "service_tier": "standard",
    }


def messages_blocks(case):
    thought, words, calls = answer_of(case)
    if thought:
        yield {"type": "thinking", "thinking": "", "signature": ""}, [
            *({"type": "thinking_delta", "thinking": piece} for piece in thought),
            {"type": "signature_delta", "signature": "EqQBCkgIARAB"},
        ]
    if words:
        yield {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in words]
    for id, name, arguments in calls:
        pieces = ["", *halves(arguments)]
        yield (
            {"type": "tool_use", "id": f"toolu_{id}", "name": name, "input": {}},
            [{"type": "input_json_delta", "partial_json": piece} for piece in pieces],
        )


def messages_whole(case, model):
    thought, words, calls = answer_of(case)
    content = []
    if thought:
        content.append({"type": "thinking", "thinking": "".join(thought), "signature": "EqQBCkgIARAB"})
    if words:
        content.append({"type": "text", "text": "".join(words)})
    content += [{"type": "tool_use", "id": f"toolu_{id}", "name": name, "input": given} for id, name, given in calls]
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": content,
        "stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None, "usage": messages_usage(USAGE["output"]),
    }


def messages_stream(case, model, _):
    def event(data):
        return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"

    start = messages_whole("", model) | {"content": [], "stop_reason": None, "usage": messages_usage(1)}
    yield event({"type": "message_start", "message": start})
    for index, (block, deltas) in enumerate(messages_blocks(case)):
        yield event({"type": "content_block_start", "index": index, "content_block": block})
        if index == 0:
            yield event({"type": "ping"})
        for delta in deltas:
            yield event({"type": "content_block_delta", "index": index, "delta": delta})
        yield event({"type": "content_block_stop", "index": index})
    reason = "tool_use" if answer_of(case)[2] else "end_turn"
    usage = messages_usage(USAGE["output"])
    yield event({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage})
    yield event({"type": "message_stop"})


# OpenAI Responses


def responses_items(case):
    thought, words, calls = answer_of(case)
    if thought:
        yield {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "".join(thought)}]}
    if words:
        part = {"type": "output_text", "text": "".join(words), "annotations": [], "logprobs": []}
        yield {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]}
    for id, name, arguments in calls:
        yield {
            "type": "function_call", "id": f"fc_{id}", "call_id": id, "name": name, "status": "completed",
            "arguments": json.dumps(arguments),
        }


def responses_whole(case, model, status="completed"):
    done = status == "completed"
    prompt = USAGE["input"] + USAGE["cached"]
    usage = {
        "input_tokens": prompt, "input_tokens_details": {"cached_tokens": USAGE["cached"]},
        "output_tokens": USAGE["output"], "output_tokens_details": {"reasoning_tokens": USAGE["reasoning"]},
        "total_tokens": prompt + USAGE["output"],
    }
    return {
        "id": "resp_1", "object": "response", "created_at": 1764000000, "status": status, "background": False, "error": None,
        "incomplete_details": None, "instructions": None, "max_output_tokens": None, "model": model,
        "output": list(responses_items(case)) if done else [], "parallel_tool_calls": True, "previous_response_id": None,
        "reasoning": {"effort": "medium", "summary": None}, "store": False, "temperature": 1.0,
        "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0, "truncation": "disabled",
        "usage": usage if done else None, "user": None, "metadata": {},
    }


def responses_stream(case, model, _):
    number = iter(range(1000))

    def event(kind, **data):
        data = {"type": kind, "sequence_number": next(number), **data}
        return f"event: {kind}\ndata: {json.dumps(data)}\n\n"

    yield event("response.created", response=responses_whole(case, model, "in_progress"))
    yield event("response.in_progress", response=responses_whole(case, model, "in_progress"))
    for index, item in enumerate(responses_items(case)):
        at = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "reasoning":
            part = item["summary"][0]
            yield event("response.output_item.added", output_index=index, item=item | {"summary": []})
            yield event("response.reasoning_summary_part.added", **at, summary_index=0, part=part | {"text": ""})
            for piece in THOUGHT:
                yield event("response.reasoning_summary_text.delta", **at, summary_index=0, delta=piece, obfuscation="x")
            yield event("response.reasoning_summary_text.done", **at, summary_index=0, text=part["text"])
            yield event("response.reasoning_summary_part.done", **at, summary_index=0, part=part)
        elif item["type"] == "message":
            part = item["content"][0]
            yield event("response.output_item.added", output_index=index, item=item | {"status": "in_progress", "content": []})
            yield event("response.content_part.added", **at, content_index=0, part=part | {"text": ""})
            for piece in answer_of(case)[1]:
                yield event("response.output_text.delta", **at, content_index=0, delta=piece, logprobs=[], obfuscation="x")
            yield event("response.output_text.done", **at, content_index=0, text=part["text"], logprobs=[])
            yield event("response.content_part.done", **at, content_index=0, part=part)
        else:
            yield event("response.output_item.added", output_index=index, item=item | {"status": "in_progress", "arguments": ""})
            for piece in halves(json.loads(item["arguments"])):
                yield event("response.function_call_arguments.delta", **at, delta=piece, obfuscation="x")
            yield event("response.function_call_arguments.done", **at, name=item["name"], arguments=item["arguments"])
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=responses_whole(case, model))


# Google


def google_part(text, reason):
    usage = {
        "promptTokenCount": USAGE["input"] + USAGE["cached"], "cachedContentTokenCount": USAGE["cached"],
        "candidatesTokenCount": USAGE["output"] - USAGE["reasoning"], "thoughtsTokenCount": USAGE["reasoning"],
        "totalTokenCount": USAGE["input"] + USAGE["cached"] + USAGE["output"],
    }
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-2.5-pro", "responseId": "r1"}


def google_stream():
    for at, piece in enumerate(WORDS):
        part = google_part(piece, "STOP" if at == len(WORDS) - 1 else None)
        yield f"data: {json.dumps(part)}\r\n\r\n"


PROTOCOLS = {
    "/chat/v1/chat/completions": (read_chat, chat_whole, chat_stream),
    "/native/v1/chat/completions": (read_chat, chat_whole, chat_stream),
    "/native/v1/responses": (read_responses, responses_whole, responses_stream),
    "/claude/v1/messages": (read_messages, messages_whole, messages_stream),
}


class Vendor(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        path = self.path.split("?")[0]
        credential = self.headers.get("x-api-key") or self.headers.get("x-goog-api-key") or self.headers.get("authorization", "")
        if credential.removeprefix("Bearer ") != KEY:
            return self.refuse(path, 401, "authentication_error", "wrong upstream key")
        try:
            if path.startswith("/google/v1beta/models/gemini-2.5-pro:"):
                return self.google(path.rsplit(":")[-1], body)
            if path not in PROTOCOLS:
                return self.whole(404, {"error": {"message": f"Invalid URL (POST {self.path})", "type": "invalid_request_error"}})
            read, whole, stream = PROTOCOLS[path]
            case = read(body)
        except (Wrong, KeyError, IndexError, TypeError, ValueError) as wrong:
            return self.refuse(path, 418, "invalid_request_error", f"the upstream misses {wrong!r} in {json.dumps(body)}")
        if "missing" in case:
            return self.refuse(path, 404, "not_found_error", "no such model")
        if "limited" in case:
            return self.refuse(path, 429, "rate_limit_error", "too many requests", {"retry-after": "7"})
        if body.get("stream"):
            return self.events(stream(case, body["model"], body))
        return self.whole(200, whole(case, body["model"]))

    def google(self, method, body):
        text = text_of(body["contents"][-1]["parts"])
        if method == "countTokens":
            return self.whole(200, {"totalTokens": 7})
        if "limited" in text:
            error = {"code": 429, "message": "too many requests", "status": "RESOURCE_EXHAUSTED"}
            return self.whole(429, {"error": error}, {"retry-after": "7"})
        need("brief" in text_of(body["systemInstruction"]["parts"]), "the system prompt")
        if method == "streamGenerateContent":
            return self.events(google_stream())
        return self.whole(200, google_part("".join(WORDS), "STOP"))

    def refuse(self, path, status, kind, message, headers=None):
        error = {"type": kind, "message": message}
        shaped = {"type": "error", "error": error} if path.startswith("/claude") else {"error": error | {"param": None, "code": kind}}
        self.whole(status, shaped, headers)

    def whole(self, status, body, headers=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def events(self, pieces):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in [*pieces, ""]:
            data = piece.encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Vendor)
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
sys.stdout.close()
server.serve_forever()

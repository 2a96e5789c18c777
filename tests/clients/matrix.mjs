// The official Node SDKs of OpenAI and Anthropic through the relay, in front of `upstream.py`.
//
// Usage: node matrix.mjs BASE_URL WORDS (the upstream's words as JSON); the key comes from RELAY_KEY, the SDKs from the
// folder in SDKS. Prints a JSON line a case; nothing else is judged here.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [base, words] = process.argv.slice(2);
const { ANSWER, CITIES, MODELS, PIXEL, SYSTEM, TOLD, USAGE } = JSON.parse(words);
const key = process.env.RELAY_KEY;
const require = createRequire(`${process.env.SDKS}/package.json`);
const { OpenAI } = require("openai");
const { Anthropic } = require("@anthropic-ai/sdk");
const openai = new OpenAI({ baseURL: `${base}/v1`, apiKey: key, maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: base, apiKey: key, maxRetries: 0 });
const noOpenai = new OpenAI({ baseURL: `${base}/v1`, apiKey: "sk-nobody", maxRetries: 0 });
const noAnthropic = new Anthropic({ baseURL: base, apiKey: "sk-nobody", maxRetries: 0 });

const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const prompt = USAGE.input + USAGE.cached;
const cities = Object.keys(CITIES);
const picture = `data:image/png;base64,${PIXEL}`;

async function all(stream) {
  const items = [];
  for await (const item of await stream) items.push(item);
  return items;
}

async function raises(kind, call) {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    return error;
  }
  assert.fail(`no ${kind.name}`);
}

function limited(error) {
  assert.equal(error.headers.get("retry-after"), "7");
  assert.match(error.message, /too many requests/);
  assert.ok(error.headers.get("x-oneapi-request-id"));
}

function chat(model) {
  const ask = (content, more = {}, client = openai) =>
    client.chat.completions.create({
      model,
      messages: [{ role: "system", content: SYSTEM }, { role: "user", content }],
      ...more,
    });
  const check = (text, usage, reason) => {
    assert.equal(text, ANSWER);
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [prompt, USAGE.output]);
    assert.equal(usage.prompt_tokens_details.cached_tokens, USAGE.cached);
    assert.equal(reason, "stop");
  };
  const tools = [{ type: "function", function: { name: "weather", description: "x", parameters: schema } }];
  return {
    async plain() {
      const reply = await ask("Hello");
      check(reply.choices[0].message.content, reply.usage, reply.choices[0].finish_reason);
    },
    async stream() {
      const chunks = await all(ask("Hello", { stream: true, stream_options: { include_usage: true } }));
      const choices = chunks.flatMap((chunk) => chunk.choices);
      const text = choices.map((choice) => choice.delta.content ?? "").join("");
      check(text, chunks.at(-1).usage, choices.find((choice) => choice.finish_reason).finish_reason);
    },
    async tools() {
      const runner = openai.chat.completions.stream({
        model,
        tools,
        messages: [{ role: "system", content: SYSTEM }, { role: "user", content: "The weather?" }],
      });
      const streamed = (await runner.finalChatCompletion()).choices[0];
      const whole = (await ask("The weather?", { tools })).choices[0];
      for (const choice of [streamed, whole]) {
        assert.equal(choice.finish_reason, "tool_calls");
        const calls = choice.message.tool_calls;
        const asked = calls.map((call) => JSON.parse(call.function.arguments).city);
        assert.deepEqual(asked, cities);
        const { content, tool_calls } = choice.message;
        const reply = await openai.chat.completions.create({
          model,
          tools,
          messages: [
            { role: "system", content: SYSTEM },
            { role: "user", content: "The weather?" },
            { role: "assistant", content, tool_calls },
            ...calls.map((call, at) => ({ role: "tool", tool_call_id: call.id, content: CITIES[asked[at]] })),
          ],
        });
        assert.equal(reply.choices[0].message.content, TOLD);
      }
    },
    async image() {
      const parts = [{ type: "text", text: "What is this picture?" }, { type: "image_url", image_url: { url: picture } }];
      assert.equal((await ask(parts)).choices[0].message.content, ANSWER);
    },
    async errors() {
      assert.equal((await raises(OpenAI.AuthenticationError, () => ask("Hello", {}, noOpenai))).code, "invalid_token");
      for (const stream of [false, true]) {
        await raises(OpenAI.NotFoundError, () => ask("missing", { stream }));
        limited(await raises(OpenAI.RateLimitError, () => ask("limited", { stream })));
      }
    },
  };
}

function responses(model) {
  const ask = (input, more = {}, client = openai) => client.responses.create({ model, instructions: SYSTEM, input, ...more });
  const check = (reply) => {
    assert.equal(reply.status, "completed");
    assert.equal(reply.output_text, ANSWER);
    assert.deepEqual([reply.usage.input_tokens, reply.usage.output_tokens], [prompt, USAGE.output]);
    assert.equal(reply.usage.input_tokens_details.cached_tokens, USAGE.cached);
  };
  const tools = [{ type: "function", name: "weather", description: "x", parameters: schema, strict: true }];
  return {
    async plain() {
      check(await ask("Hello"));
    },
    async stream() {
      const events = await all(ask("Hello", { stream: true }));
      assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, at) => at));
      assert.equal(events[0].type, "response.created");
      assert.equal(events.at(-1).type, "response.completed");
      check(await openai.responses.stream({ model, instructions: SYSTEM, input: "Hello" }).finalResponse());
    },
    async tools() {
      const question = [{ role: "user", content: "The weather?" }];
      const streamed = await openai.responses.stream({ model, instructions: SYSTEM, input: question, tools }).finalResponse();
      for (const reply of [streamed, await ask(question, { tools })]) {
        const calls = reply.output.filter((item) => item.type === "function_call");
        const asked = calls.map((call) => JSON.parse(call.arguments).city);
        assert.deepEqual(asked, cities);
        const outputs = calls.map((call, at) => ({ type: "function_call_output", call_id: call.call_id, output: CITIES[asked[at]] }));
        const plain = reply.output.map(({ parsed_arguments, ...item }) => item);
        assert.equal((await ask([...question, ...plain, ...outputs], { tools })).output_text, TOLD);
      }
    },
    async image() {
      const content = [{ type: "input_text", text: "What is this picture?" }, { type: "input_image", image_url: picture, detail: "auto" }];
      assert.equal((await ask([{ role: "user", content }])).output_text, ANSWER);
    },
    async errors() {
      assert.equal((await raises(OpenAI.AuthenticationError, () => ask("Hello", {}, noOpenai))).code, "invalid_token");
      for (const stream of [false, true]) {
        await raises(OpenAI.NotFoundError, () => ask("missing", { stream }));
        limited(await raises(OpenAI.RateLimitError, () => ask("limited", { stream })));
      }
    },
  };
}

function messages(model) {
  const body = (content, more = {}) => ({
    model,
    max_tokens: 1000,
    system: SYSTEM,
    messages: content[0]?.role ? content : [{ role: "user", content }],
    ...more,
  });
  const ask = (content, more = {}, client = anthropic) => client.messages.create(body(content, more));
  const check = (reply) => {
    assert.equal(reply.content.map((block) => block.text ?? "").join(""), ANSWER);
    assert.deepEqual([reply.usage.input_tokens, reply.usage.cache_read_input_tokens], [USAGE.input, USAGE.cached]);
    assert.equal(reply.usage.output_tokens, USAGE.output);
    assert.equal(reply.stop_reason, "end_turn");
  };
  const tools = [{ name: "weather", description: "x", input_schema: schema }];
  return {
    async plain() {
      check(await ask("Hello"));
    },
    async stream() {
      check(await anthropic.messages.stream(body("Hello")).finalMessage());
      const kinds = (await all(ask("Hello", { stream: true }))).map((event) => event.type);
      assert.deepEqual([kinds[0], kinds.at(-1)], ["message_start", "message_stop"]);
    },
    async tools() {
      const question = [{ role: "user", content: "The weather?" }];
      const streamed = await anthropic.messages.stream(body(question, { tools })).finalMessage();
      for (const reply of [streamed, await ask(question, { tools })]) {
        assert.equal(reply.stop_reason, "tool_use");
        const calls = reply.content.filter((block) => block.type === "tool_use");
        assert.deepEqual(calls.map((call) => call.input.city), cities);
        const results = calls.map((call) => ({ type: "tool_result", tool_use_id: call.id, content: CITIES[call.input.city] }));
        const history = [...question, { role: "assistant", content: reply.content }, { role: "user", content: results }];
        assert.equal((await ask(history, { tools })).content.at(-1).text, TOLD);
      }
    },
    async image() {
      const source = { type: "base64", media_type: "image/png", data: PIXEL };
      check(await ask([{ type: "text", text: "What is this picture?" }, { type: "image", source }]));
    },
    async errors() {
      await raises(Anthropic.AuthenticationError, () => ask("Hello", {}, noAnthropic));
      for (const stream of [false, true]) {
        await raises(Anthropic.NotFoundError, () => ask("missing", { stream }));
        const error = await raises(Anthropic.RateLimitError, () => ask("limited", { stream }));
        assert.equal(error.error.error.type, "rate_limit_error");
        limited(error);
      }
    },
  };
}

const paths = {
  "chat→chat": chat(MODELS.chat),
  "chat→messages": chat(MODELS.claude),
  "messages→messages": messages(MODELS.claude),
  "messages→chat": messages(MODELS.chat),
  "responses→chat": responses(MODELS.chat),
  "responses→messages": responses(MODELS.claude),
  "responses→responses": responses(MODELS.native),
};

for (const [path, cases] of Object.entries(paths)) {
  for (const [name, run] of Object.entries(cases)) {
    let why = "";
    try {
      await run();
    } catch (error) {
      why = String(error.stack ?? error);
    }
    console.log(JSON.stringify({ client: "node", path, case: name, ok: !why, why }));
  }
}

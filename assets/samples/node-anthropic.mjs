// npm install @anthropic-ai/sdk
// The key comes from the environment: export RELAY_API_KEY=sk-...
import Anthropic from "@anthropic-ai/sdk";

// The bare host: the library adds /v1/messages itself.
const client = new Anthropic({ baseURL: "{base}", apiKey: process.env.RELAY_API_KEY });
const reply = await client.messages.create({
  model: "{model}",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Say hello in one sentence." }],
});
console.log(reply.content.map((block) => (block.type === "text" ? block.text : "")).join(""));

// npm install @anthropic-ai/sdk
// {key}: export RELAY_API_KEY=sk-...
import Anthropic from "@anthropic-ai/sdk";

// {bare}
const client = new Anthropic({ baseURL: "{base}", apiKey: process.env.RELAY_API_KEY });
const reply = await client.messages.create({
  model: "{model}",
  max_tokens: 1024,
  messages: [{ role: "user", content: "{prompt}" }],
});
console.log(reply.content.map((block) => (block.type === "text" ? block.text : "")).join(""));

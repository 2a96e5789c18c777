// npm install openai
// {key}: export RELAY_API_KEY=sk-...
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "{v1}", apiKey: process.env.RELAY_API_KEY });
const reply = await client.chat.completions.create({
  model: "{model}",
  messages: [{ role: "user", content: "{prompt}" }],
});
console.log(reply.choices[0].message.content);

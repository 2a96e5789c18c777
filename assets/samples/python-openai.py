# pip install openai
# {key}: export RELAY_API_KEY=sk-...
import os

from openai import OpenAI

client = OpenAI(base_url="{v1}", api_key=os.environ["RELAY_API_KEY"])
reply = client.chat.completions.create(
    model="{model}",
    messages=[{"role": "user", "content": "{prompt}"}],
)
print(reply.choices[0].message.content)

# pip install anthropic
# {key}: export RELAY_API_KEY=sk-...
import os

from anthropic import Anthropic

# {bare}
client = Anthropic(base_url="{base}", api_key=os.environ["RELAY_API_KEY"])
reply = client.messages.create(
    model="{model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "{prompt}"}],
)
print("".join(block.text for block in reply.content if block.type == "text"))

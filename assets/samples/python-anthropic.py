# pip install anthropic
# The key comes from the environment: export RELAY_API_KEY=sk-...
import os

from anthropic import Anthropic

# The bare host: the library adds /v1/messages itself.
client = Anthropic(base_url="{base}", api_key=os.environ["RELAY_API_KEY"])
reply = client.messages.create(
    model="{model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Say hello in one sentence."}],
)
print("".join(block.text for block in reply.content if block.type == "text"))

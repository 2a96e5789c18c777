"""What the upstream of the tests and its clients both know."""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CITIES = {"Paris": "12 degrees", "London": "9 degrees"}
WORDS = ["The ", "quick ", "brown ", "fox."]
RESULT = ["Paris has 12, ", "London 9."]
USAGE = {"input": 20, "cached": 100, "output": 50, "reasoning": 10}
SYSTEM = "Please be brief."
MODELS = {
    "chat": "chat-model",
    "native": "native-model",
    "claude": "claude-opus-4-7",
    "gemini": "gemini-2.5-pro",
}
ANSWER = "".join(WORDS)
TOLD = "".join(RESULT)

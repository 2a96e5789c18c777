#!/usr/bin/env python3
"""Makes assets/prices.tsv out of the price list of pydantic's genai-prices (MIT), as its package on PyPI has it.

    pip download --no-deps --dest wheels genai-prices
    python3 tests/prices/make.py wheels/genai_prices-*.whl > assets/prices.tsv

Only the lists of the vendors themselves are taken: what resellers ask for the same models says nothing about a relay.
The package's data is a Python module; it is read as text and never run.
"""

import ast
import re
import sys
import zipfile
from decimal import Decimal

VENDORS = [
    "anthropic", "openai", "google", "deepseek", "x-ai", "mistral", "moonshotai", "minimax", "zai", "zhipuai",
    "cohere", "perplexity", "voyageai", "meta",
]


def value(node):
    """The plain value of a literal or of a call that makes an object; nothing for anything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {value(key): value(item) for key, item in zip(node.keys, node.values)}
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if name == "Decimal":
            return Decimal(value(node.args[0]))
        if name == "date":
            return "%04d-%02d-%02d" % tuple(value(part) for part in node.args)
        made = {part.arg: value(part.value) for part in node.keywords}
        return {"is": name, **made}
    # Times of day and their zones: nothing that is written down.
    return None


def names(match):
    """The names a clause matches: exact ones, and beginnings with a star behind them. Others cannot be listed."""
    kind = match["is"]
    if kind == "ClauseEquals":
        return [match["equals"]]
    if kind == "ClauseStartsWith":
        return [match["starts_with"] + "*"]
    if kind == "ClauseOr":
        return [name for clause in match["or_"] for name in names(clause)]
    return []


def base(figure):
    """What a prompt of usual length is asked for."""
    return figure["base"] if isinstance(figure, dict) else figure


def price(prices, today):
    """What is asked today; where it depends on the hour or on the length of the prompt, what is asked usually."""
    if isinstance(prices, list):
        # The last one that holds is the one that counts; where that depends on the hour, the dearer hours are.
        now = []
        for conditional in prices:
            only = conditional.get("constraint")
            if only and only["is"] == "TimeOfDateConstraint":
                now.append(conditional["prices"])
            elif only is None or only["start_date"] <= today:
                now = [conditional["prices"]]
        if not now:
            return None
        prices = max(now, key=lambda prices: base(prices.get("input_mtok")) or 0)
    figures = []
    for member in ["input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok"]:
        figures.append(base(prices.get(member)))
    if figures[0] is None:
        return None
    # Embeddings have no output; what has no price of its own is prompt like any other.
    figures = [Decimal(0) if figures[1] is None and place == 1 else figures[0] if figure is None else figure
               for place, figure in enumerate(figures)]
    return [format(figure.normalize(), "f") for figure in figures]


def main():
    wheel = zipfile.ZipFile(sys.argv[1])
    version = re.search(r"-(\d[^-]*)-", sys.argv[1]).group(1)
    text = wheel.read("genai_prices/data.py").decode()
    module = ast.parse(text)
    lists = [node.value for node in module.body if isinstance(getattr(node, "value", None), ast.List)]
    providers = {provider["id"]: provider for provider in map(value, max(lists, key=lambda node: len(node.elts)).elts)}
    dates = re.findall(r"date\((\d{4}), (\d{1,2}), (\d{1,2})\)", text)
    checked = re.findall(r"as of (\d{4}-\d{2}-\d{2})", text)
    # Prices that begin later than anything was looked at are announcements.
    today = max(checked) if checked else max("%s-%02d-%02d" % (y, int(m), int(d)) for y, m, d in dates)
    lines = {}
    for vendor in VENDORS:
        for model in providers[vendor]["models"]:
            figures = price(model.get("prices"), today)
            if figures is None:
                continue
            context = model.get("context_window") or ""
            for name in [model["id"], *names(model["match"])]:
                lines.setdefault(name.lower(), [name.lower(), *figures, str(context), vendor])
    print("# Vendors' list prices, in dollars per million tokens. Made by tests/prices/make.py; do not edit.")
    print(f"# source: genai-prices {version} (PyPI), https://github.com/pydantic/genai-prices")
    print("# licence: MIT, Copyright (c) Pydantic Services Inc. 2025 to present")
    print(f"# date: {today}")
    print("# name\tinput\toutput\tcache read\tcache write\tcontext\tvendor")
    for name in sorted(lines):
        print("\t".join(lines[name]))


main()

"""What it costs before the first call: imports, contexts, clients. CPU time of fresh processes.

    python benchmarks/fixed.py [--rounds N]

Each figure is the median over the rounds, in milliseconds; "own" is what `import pristine` adds to a bare interpreter.
"""

import argparse
import statistics
import subprocess
import sys
from typing import Final

CLOCK: Final = "import time; begun = time.process_time()"
SAY: Final = "print((time.process_time() - begun) * 1000)"

LATER: Final = "import pristine; first = pristine.context(base_url='https://a.test', transport={name!r})"
MEASURED: Final = {
    "import pristine": (CLOCK, "import pristine"),
    "import httpx": (CLOCK, "import httpx"),
    "import aiohttp": (CLOCK, "import aiohttp"),
    "first context, httpx": ("import pristine, time; begun = time.process_time()", "pristine.context()"),
    "first client, httpx": ("import httpx, time; begun = time.process_time()", "httpx.Client()"),
    "next context, httpx": (
        f"{LATER.format(name='httpx')}; import time; begun = time.process_time()",
        "pristine.context(base_url='https://b.test', transport='httpx')",
    ),
    "next client, httpx": ("import httpx, time; one = httpx.Client(); begun = time.process_time()", "httpx.Client()"),
    "with_(auth=…)": (
        f"{LATER.format(name='httpx')}; auth = pristine.Bearer('t'); import time; begun = time.process_time()",
        "first.with_(auth=auth)",
    ),
}


def milliseconds(before: str, measured: str) -> float:
    """One figure, of a process of its own."""
    code = f"{before}\n{measured}\n{SAY}"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description="what it costs before the first call")
    parser.add_argument("--rounds", type=int, default=9, help="processes for each figure (9)")
    rounds = parser.parse_args().rounds
    print("| | ms of CPU | ± |\n|---|--:|--:|")
    for name, (before, measured) in MEASURED.items():
        times = [milliseconds(before, measured) for _ in range(rounds)]
        low, middle, high = statistics.quantiles(times) if rounds > 1 else times * 3
        print(f"| {name} | {middle:.3f} | {(high - low) / 2:.3f} |", flush=True)


if __name__ == "__main__":
    main()

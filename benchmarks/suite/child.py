"""One visit of one contestant, in this process: `python -m benchmarks.suite.child AREA CONTESTANT ROOT EFFORT CORE`.

What was found is one line of JSON, the last of the output; a library may print what it likes before that.
"""

import json
import os
import resource
import sys

from benchmarks.suite.areas import measure
from benchmarks.suite.machine import pin


def main() -> None:
    area, contestant, root, effort, core = sys.argv[1:]
    pin(int(core) if core else None)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    print("\n" + json.dumps(measure(area, contestant, root, float(effort))), flush=True)
    os._exit(0)  # how a library ends, with threads of its own, is not what is measured


if __name__ == "__main__":
    main()

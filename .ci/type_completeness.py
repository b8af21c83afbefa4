"""How much of the public interface has types that every type checker reads alike.

    python .ci/type_completeness.py FLOOR

Runs pyright of the environment whose Python runs this, and fails below the floor (in percent).
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def main(floor: float) -> int:
    # Where pyright looks for the package is the `python` of the path, whatever else it is told.
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [scripts / "pyright", "--verifytypes", "oncehub_async", "--ignoreexternal", "--outputjson"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        told = json.loads(done.stdout)["typeCompleteness"]
    except (ValueError, KeyError):
        sys.exit(f"pyright could not tell: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    score = 100 * told["completenessScore"]
    for symbol in told["symbols"]:
        if symbol["isExported"] and not symbol["isTypeKnown"]:
            print(f"  {symbol['name']}: not known")
    print(f"types: {score:.1f} % of the public interface are complete, {floor:g} % are needed")
    return score < floor


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))

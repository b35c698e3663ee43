"""`python -m lti.demo`: Palier, its worker and the practice LMS until Ctrl-C; `--reset` forgets what was done."""

import sys

from lti.demo.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

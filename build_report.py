"""Front door: build a framing report. `python build_report.py --help` shows how."""

import sys

from encuadre.build import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

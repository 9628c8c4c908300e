"""Run this portal: `python -m clients.binh_dinh`."""

import sys
from pathlib import Path

from clients.kit.serve import serve

sys.exit(serve(Path(__file__).parent, default_port=8401))

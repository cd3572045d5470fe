"""python3 -m guestbook [PORT]"""

import os
import sys

from guestbook import create_app

port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
app = create_app(os.environ.get("GUESTBOOK", "guestbook.sqlite"))
app.run(port=port)

"""The WSGI entry. Long-lived objects are frozen out of garbage collection: full collections cost tail latency."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()

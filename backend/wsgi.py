"""The WSGI entry. Long-lived objects are frozen out of garbage collection: full collections cost tail latency."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from backend.core.bodies import measured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
application = measured(get_wsgi_application())
gc.collect()
gc.freeze()

"""What happens next. Every program in here starts by importing it, which makes Django ready for the imports after it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup()

"""Starts throw-away services before the settings are read; pyproject.toml loads it as the first plugin."""

import os

from portal.embedded import throwaway

for name in ("DATABASE_URL", "CELERY_BROKER_URL", "PLUMBLINE_DEMONSTRATION"):
    os.environ.pop(name, None)
os.environ |= {
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "EMAIL_URL": "memorymail://",
    "DATABASE_POOL": "0",
}
throwaway.start()

"""The web process. It refuses to serve on a database role that could see past the policies."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from portal.tenancy.roles import refuse_unconfined_role  # noqa: E402 - needs the apps, which are loaded only now

refuse_unconfined_role()

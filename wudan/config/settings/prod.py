"""Production: reads the environment and refuses to start while anything in it is unsafe."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from wudan.config import env
from wudan.config.settings.base import *  # noqa: F403
from wudan.config.settings.safety import faults

if _found := faults(os.environ):
    raise ImproperlyConfigured(
        "生产环境不能启动：\n" + "\n".join(f"  {n}. {text}" for n, text in enumerate(_found, 1))
    )

DEBUG = False
SECRET_KEY = os.environ[env.SECRET_KEY]
ALLOWED_HOSTS = env.hosts(os.environ)
_keys = env.DataKeys.parse(os.environ[env.DATA_KEYS])
WUDAN_DATA_KEY, WUDAN_INDEX_KEY = _keys.data, _keys.index
DATABASES = {"default": env.database(os.environ, pool=True)}

# nginx in front speaks TLS; it sets this header and overwrites what a client sends (deploy/nginx.conf).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [
    "^healthz$",
    "^readyz$",
    "^metrics$",
]  # asked over plain HTTP from the machine itself
SECURE_HSTS_SECONDS = 365 * 86400
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # a government domain's other hosts are not ours to decide for
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # so neither subdomains nor the preload list
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
SESSION_COOKIE_NAME = "__Host-wudan_session"
CSRF_COOKIE_NAME = "__Host-wudan_csrf"
AXES_IPWARE_PROXY_COUNT = 1

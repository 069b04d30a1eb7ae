"""A developer's machine, and the demo (which turns DEBUG off to show the real error pages)."""

from __future__ import annotations

import os

from wudan.config import env
from wudan.config.logging import logging_config
from wudan.config.settings.base import *  # noqa: F403
from wudan.config.settings.base import STORAGES

DEBUG = os.environ.get(env.DEBUG, "1") == "1"
SECRET_KEY = os.environ.get(env.SECRET_KEY) or env.DEVELOPMENT_SECRET
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.hosts(os.environ)]
_keys = (
    env.DataKeys.parse(os.environ[env.DATA_KEYS]) if os.environ.get(env.DATA_KEYS) else env.DEVELOPMENT_KEYS
)
WUDAN_DATA_KEY, WUDAN_INDEX_KEY = _keys.data, _keys.index
DATABASES = {"default": env.database(os.environ, pool=not DEBUG)}
WUDAN_CLOCK_SHIFT = env.clock_shift(os.environ)
WUDAN_SAMPLE = True  # every page says that its data are made up
LOGGING = logging_config(as_json=False)
if DEBUG:
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True
    STORAGES = STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }

"""Stricter than production where that finds faults, quicker where it cannot hide any."""

from __future__ import annotations

import os

from wudan.config import env
from wudan.config.logging import logging_config
from wudan.config.settings.base import *  # noqa: F403
from wudan.config.settings.base import STORAGES

DEBUG = False
SECRET_KEY = env.DEVELOPMENT_SECRET
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
WUDAN_DATA_KEY, WUDAN_INDEX_KEY = env.DEVELOPMENT_KEYS.data, env.DEVELOPMENT_KEYS.index
DATABASES = {"default": env.database(os.environ, pool=False)}
# The test databases need not survive a power cut.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    # The manifest needs collectstatic, and gives 500 without.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
AXES_ENABLED = False  # `client.login` has no request; the lock-out has its own test, which turns this on
ACCOUNT_RATE_LIMITS = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING = logging_config(as_json=False, level="ERROR")
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # files from where they are written: nothing is collected for tests

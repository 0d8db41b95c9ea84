"""What a user can mend: the base of every error that the command shows without a traceback.

UserError
├── ioc.settings.SettingsError         an environment variable holds something unusable
├── config.problems.ConfigurationError configuration files hold mistakes, all listed
└── ...                                whatever else a module raises for its user

Each message says what, where and what to do next.
"""

from __future__ import annotations


class UserError(Exception):
    """A mistake or a situation that the user can mend; `exit_status` is what the command ends with."""

    exit_status = 1

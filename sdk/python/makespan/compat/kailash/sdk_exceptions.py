"""``kailash.sdk_exceptions``, as far as tracking raises them. All are ``ValueError`` too, or ``OSError`` for storages."""

from __future__ import annotations


class KailashException(Exception):
    """Base class of all errors of the SDK."""


class TaskException(KailashException, ValueError):
    """A run or a task is unknown, or a name is missing."""


class TaskStateError(TaskException):
    """A status cannot follow the present one."""


class KailashValidationError(KailashException, ValueError):
    """A value is not valid."""


class StorageException(KailashException, OSError):
    """A storage cannot be used, or refuses what it is given."""


class KailashStorageError(StorageException):
    """A storage failed."""

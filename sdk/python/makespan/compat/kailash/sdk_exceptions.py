"""``kailash.sdk_exceptions``, as far as tracking raises them. All are ``ValueError`` too, or ``OSError`` for storages."""

from __future__ import annotations


class KailashException(Exception):
    """Base class of all errors of the SDK."""


class TaskException(KailashException, ValueError):
    """A run or a task is unknown, or a name is missing."""


class TaskStateError(TaskException):
    """The change of status is invalid."""


class KailashValidationError(KailashException, ValueError):
    """A value is not valid."""


class StorageException(KailashException, OSError):
    """A storage cannot be used, or rejects its input."""


class KailashStorageError(StorageException):
    """A storage failed."""

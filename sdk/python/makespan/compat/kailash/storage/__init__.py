"""Where runs are kept: a folder of files, a store of the ``makespan`` program, or a custom class."""

from .base import BaseStorage, StorageBackend
from .database import DatabaseStorage, SQLiteStorage
from .filesystem import FileSystemStorage

__all__ = ["BaseStorage", "DatabaseStorage", "FileSystemStorage", "SQLiteStorage", "StorageBackend"]

"""What embedded mode keeps in DATA_DIR: the lock of the database file, and the secret that the server makes itself.

All of it is for the account alone that runs the server: `keep_private` sees to what is made from then on, and the
files that are here already follow when they are used. A folder that is here already keeps the mode it was given.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graphql_api.settings import SettingsError

SECRET_FILE = "jwt_secret"
VAPID_FILE = "vapid_private_key"
OWNER_ONLY = 0o600
#: What SQLite puts beside its file while it is open.
BESIDE_DATABASE = ("", "-wal", "-shm")


def keep_private() -> None:
    """What this process makes from now on, SQLite's files among it, is for its owner alone."""
    os.umask(0o077)


class DatabaseLock:
    """One process on one SQLite file. The kernel lets go of the lock with the process, however that ends.

    variable  the setting that names the file
    """

    def __init__(self, database: Path, variable: str) -> None:
        self._variable = variable
        path = database.with_name(database.name + ".lock")
        with _blaming(variable, path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a")
        for mine in (path, *(database.with_name(database.name + end) for end in BESIDE_DATABASE)):
            _close_to_others(mine)

    def acquire(self) -> None:
        """Raises SettingsError where another process has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                "DATABASE_URL: another process already serves this SQLite file. SQLite is for one process; give this "
                "one a DATA_DIR of its own, or PostgreSQL to both."
            ) from None


def kept_secret(
    data_dir: Path, name: str = SECRET_FILE, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)
) -> str:
    """A secret, such as the one that signs tokens: made once, for its owner only, so that it outlives a restart."""
    path = data_dir / name
    with _blaming("DATA_DIR", data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path, make())
        _close_to_others(path)
        secret = path.read_bytes().strip()
    if len(secret) < 32 or not secret.isascii():
        raise SettingsError(
            f"DATA_DIR: {path.name} in it does not hold a secret; remove the file to have one made"
        )
    return secret.decode()


def _make_secret(path: Path, secret: str) -> None:
    """Written aside and then linked: whoever finds the file finds all of it, and of two first starts one makes it."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(aside)
    finally:
        aside.unlink(missing_ok=True)


def _close_to_others(path: Path) -> None:
    # Another owner's file is that owner's to close.
    with suppress(FileNotFoundError, PermissionError):
        if path.is_file() and path.stat().st_mode & 0o077:
            path.chmod(OWNER_ONLY)


@contextmanager
def _blaming(variable: str, folder: Path) -> Iterator[None]:
    """Raises SettingsError where the folder can't be used."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{variable}: can't keep files in {folder} ({error.strerror})") from None

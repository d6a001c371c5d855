"""What embedded mode keeps in DATA_DIR: the lock of the database file, and the secret that the server makes itself."""

import fcntl
import os
import secrets
from pathlib import Path

from graphql_api.settings import SettingsError

SECRET_FILE = "jwt_secret"


class DatabaseLock:
    """One process on one SQLite file. The kernel lets go of the lock with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a")

    def acquire(self) -> None:
        """Raises SettingsError where another process has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                "DATABASE_URL: another process already serves this SQLite file. SQLite is for one process; give this "
                "one a DATA_DIR of its own, or PostgreSQL to both."
            ) from None


def kept_secret(data_dir: Path) -> str:
    """The secret that signs tokens: made once, readable by its owner only, so that tokens outlive a restart."""
    path = data_dir / SECRET_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        # Exclusive, so that of two first starts at once one makes it and both use it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
    secret = path.read_text().strip()
    if len(secret) < 32:
        raise SettingsError(
            f"DATA_DIR: {path.name} in it does not hold a secret; remove the file to have one made"
        )
    return secret

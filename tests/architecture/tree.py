"""What belongs to the project: the files git follows, or would if they were added."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("graphql_api", "jobs", "migrations", "resolvers", "schema")
DATA_FOLDERS = ("dapr", "frontend", "helm")


def project_files(*folders: str) -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())

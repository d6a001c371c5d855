"""Apache Kafka's jars from Maven, kept between runs, and how Java runs them."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VERSION = "4.4.0"
HOME = Path.home() / ".cache" / "taskflow" / f"kafka-{VERSION}"
JARS, LOGGING, ARCHIVE = HOME / "libs", HOME / "log4j2.properties", HOME / "classes.jsa"
DOWNLOAD_SECONDS = 600

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_POM = f"""\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>taskflow.tests</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.5</version>
    </dependency>
  </dependencies>
</project>
"""
_LOGGING = """\
status = warn
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1} - %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


def have_jars() -> None:
    """Fetch them where they are not there yet. Skips the test where they can't be had."""
    for program in ("java", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"Kafka needs {program}, which is not on PATH")
    with _locked():
        if not JARS.exists():
            if shutil.which("mvn") is None:
                pytest.skip("Kafka comes by Maven, and mvn is not on PATH")
            _download()
        LOGGING.write_text(_LOGGING, encoding="utf-8")


def java(*options: str) -> list[str]:
    """The command up to the main class: small, and quick to start."""
    jvm = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
    network = ["-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true"]
    logging = f"-Dlog4j2.configurationFile={LOGGING}"
    return ["java", *jvm, *network, logging, *options, "-cp", f"{JARS}/*"]


def archive_options() -> list[str]:
    """Classes that were read once are mapped afterwards, which halves each start."""
    return [f"-XX:SharedArchiveFile={ARCHIVE}", "-Xshare:auto"] if ARCHIVE.exists() else []


def _download() -> None:
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        (Path(folder) / "pom.xml").write_text(_POM, encoding="utf-8")
        jars = Path(folder) / "libs"
        command = ["mvn", "-B", "-q", "-f", f"{folder}/pom.xml", _PLUGIN, f"-DoutputDirectory={jars}"]
        done = subprocess.run(command, timeout=DOWNLOAD_SECONDS, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"Kafka can't be fetched by Maven: {done.stdout[-500:]}")
        jars.rename(JARS)


@contextmanager
def _locked() -> Iterator[None]:
    """Two runs of the suite fetch it once."""
    HOME.mkdir(parents=True, exist_ok=True)
    file = os.open(HOME / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)

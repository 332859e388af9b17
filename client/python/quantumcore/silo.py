"""Starts an exchange as a process of its own, for tests and notebooks."""
import atexit
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .client import Exchange


def find_silo():
    """Returns the command that starts the silo.

    It is looked for in the environment variable QUANTUMCORE_PROGRAM (an executable or a .dll), in this package, on the
    PATH and among the .NET tools of the user, in this sequence.
    """
    given = os.environ.get("QUANTUMCORE_PROGRAM")
    if given:
        return ["dotnet", given] if given.endswith(".dll") else [given]

    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    system = {"darwin": "osx", "windows": "win"}.get(platform.system().lower(), platform.system().lower())
    packed = Path(__file__).parent / "bin" / f"{system}-{machine}" / "quantumcore"
    tool = Path.home() / ".dotnet" / "tools" / "quantumcore"
    for found in (packed.with_suffix(".exe") if system == "win" else packed, shutil.which("quantumcore"), tool):
        # The package for Node.js has a command of the same name: a script that looks for the silo, too.
        if found and Path(found).is_file() and Path(found).resolve().suffix != ".js":
            return [str(found)]

    raise FileNotFoundError(
        "The silo was not found. Install the .NET tool QuantumCore.Silo, or set QUANTUMCORE_PROGRAM to its path.")


class Silo:
    """A running exchange: `address`, `keys` by name, and `account(name)` for a client. End it with `stop()` or `with`.

    By default it keeps everything in memory and nobody else trades on it. Further `options` are those of the silo
    (`quantumcore --help`).
    """

    def __init__(self, *options, timeout=60.0):
        self._folder = tempfile.TemporaryDirectory(prefix="quantumcore-")
        ready, log = Path(self._folder.name, "ready.json"), Path(self._folder.name, "log.txt")
        defaults = {"--storage": "volatile", "--simulate": "none", "--urls": "http://127.0.0.1:0"}
        own = [part for option in defaults.items() if option[0] not in options for part in option]
        try:
            with open(log, "wb") as output:
                self._process = subprocess.Popen(
                    [*find_silo(), *own, "--ready-file", str(ready), *options], stdout=output, stderr=output)
            try:
                self.address, self.keys = self._read(ready, log, time.monotonic() + timeout)
            except BaseException:
                self._process.kill()
                self._process.wait()
                raise
        except BaseException:
            self._folder.cleanup()
            raise
        atexit.register(self.stop)

    def account(self, name="alice"):
        """Returns a client of one of the demo's accounts: alice, bob or admin."""
        return Exchange(self.address, self.keys[name])

    def stop(self):
        """Ends the exchange as Ctrl+C does; also at the end of the program. On Windows, the process ends at once."""
        atexit.unregister(self.stop)
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _read(self, ready, log, until):
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                state = f"ended with {self._process.returncode}" if self._process.returncode is not None else "is not ready in time"
                raise RuntimeError(f"The exchange {state}: {log.read_text(errors='replace')}")
            time.sleep(0.05)
        told = json.loads(ready.read_text())
        return told["address"], told["keys"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

"""A headless Chromium driven over a pipe with the standard library alone: opens files, asks, listens."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--mute-audio",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip
#: Puts the ends of the two pipes where the browser expects them and becomes the browser.
STARTER = (
    "import fcntl, os, sys; a, b = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3]); "
    "os.dup2(a, 3); os.dup2(b, 4); os.execv(sys.argv[3], sys.argv[3:])"
)
#: Seconds after which a browser that does not answer is given up.
PATIENCE = 60.0


def chromium() -> str | None:
    """Return the path of a Chromium, or none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One page of a browser, with everything it complained about and asked for."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, out: int) -> None:
        self.process, self._to, self._out = process, to, out
        self._number, self._buffer, self._session = 0, b"", ""
        #: Errors and warnings of the console, exceptions, and refusals of the content policy.
        self.complaints: list[str] = []
        #: Addresses asked for, the file itself and what it holds left out.
        self.requests: list[str] = []
        self.opened = ""
        self._loaded = False

    def start(self) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def open(self, path: Path, part: str = "") -> None:
        self.opened = path.absolute().as_uri()
        self._loaded = False
        self.send("Page.navigate", url=self.opened + part)
        end = time.monotonic() + PATIENCE
        while not self._loaded and not part:
            self._read(end)

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result; what happens meanwhile is noted."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            found = self._read(end)
            if found.get("id") == self._number:
                if "error" in found:
                    raise AssertionError(f"{method}: {found['error']}")
                return found["result"]

    def _read(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._out], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            more = os.read(self._out, 1 << 16)
            if not more:
                raise AssertionError("the browser ended")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, said: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"])[:500])
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(said["args"])[:500])
        elif method == "Network.requestWillBeSent":
            address = said["request"]["url"]
            if not address.startswith(("data:", "about:")) and address.partition("#")[0] != self.opened:
                self.requests.append(address)

    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise AssertionError(json.dumps(found["exceptionDetails"])[:500])
        return found["result"].get("value")

    def set(self, query: str, value: object) -> None:
        """Set a field as a user does."""
        self.ask(f"(function (f) {{ f.value = {json.dumps(str(value))}; "
                 f"f.dispatchEvent(new Event('input', {{bubbles: true}})); }})"
                 f"(document.querySelector({json.dumps(query)}))")  # fmt: skip

    def size(self, width: int, height: int = 800, *, dark: bool = False, narrow: bool = False) -> None:
        """Show the page on a screen of this size."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=narrow,
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=scheme)

    def picture(self, path: Path, query: str = "", *, whole: bool = False) -> None:
        """Save a picture of the screen, the whole page, or one element."""
        more: dict[str, Any] = {}
        if query:
            found = f"document.querySelector({json.dumps(query)}).getBoundingClientRect()"
            box = self.ask(f"(b => [b.left + scrollX, b.top + scrollY, b.width, b.height])({found})")
            more = {"clip": dict(zip(("x", "y", "width", "height"), box, strict=True)) | {"scale": 1}}
        taken = self.send("Page.captureScreenshot", captureBeyondViewport=bool(query) or whole, **more)
        path.write_bytes(base64.b64decode(taken["data"]))

    def pdf(self, path: Path) -> None:
        """Print the page."""
        found = self.send("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(found["data"]))


@contextmanager
def browser(place: Path) -> Iterator[Page]:
    """Start a Chromium that keeps its things in *place*, and end it."""
    path = chromium()
    assert path is not None
    commands, to = os.pipe()
    out, answers = os.pipe()
    words = [sys.executable, "-c", STARTER, str(commands), str(answers), path, *OPTIONS]
    process = subprocess.Popen(
        [*words, f"--user-data-dir={place}", "about:blank"], pass_fds=(commands, answers),
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(commands)
    os.close(answers)
    try:
        page = Page(process, to, out)
        page.start()
        yield page
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(to)
        os.close(out)

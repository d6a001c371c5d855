"""What a page measures of itself: its frames, and when something came onto its screen."""

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page

from tests.e2e.app import Window

#: What a trace knows tasks by.
TASKS = "toplevel"
#: To be there before anything else runs. Clocks of two windows are compared by the time that they began at.
SCRIPT = """(() => {
  const probe = (window.probe = { gaps: [], clicked: 0 });
  let last = performance.now();
  const frame = (now) => {
    probe.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const now = () => performance.timeOrigin + performance.now();
  addEventListener('click', ({ timeStamp }) => (probe.clicked = performance.timeOrigin + timeStamp), true);
  // Resolves, to the moment when it is drawn, once there is something that the selector finds.
  probe.expect = (selector) => {
    probe.seen = new Promise((resolve) => {
      const look = () => {
        if (!document.querySelector(selector)) return;
        watching.disconnect();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(now());
        requestAnimationFrame(() => port2.postMessage(null));
      };
      const watching = new MutationObserver(look);
      watching.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
      look();
    });
  };
  // Every frame from here on, until those have passed that it takes to be sure that nothing follows.
  probe.begin = () => { probe.gaps = []; };
  probe.end = () => new Promise((resolve) => {
    const idle = () => resolve(Math.max(...probe.gaps));
    setTimeout(() => requestAnimationFrame(() => requestIdleCallback(idle)), 150);
  });
})()"""


@dataclass(slots=True)
class Frames:
    """Of each time that something was done, in milliseconds: the longest frame; and by the CPU time of the page's main
    thread, which what else a machine does makes no longer, the longest task and all tasks."""

    frames: list[float] = field(default_factory=list)
    tasks: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


async def probed(browser: Browser, url: str) -> Window:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_init_script(SCRIPT)
    window = Window(context, await context.new_page())
    await window.page.goto(url)
    return window


class Probe:
    """Measures what is done within it: `async with Probe(page, into): ...`."""

    def __init__(self, page: Page, into: Frames) -> None:
        self._page = page
        self._into = into

    async def __aenter__(self) -> None:
        await self._browser.start_tracing(page=self._page, categories=[TASKS])
        await self._page.evaluate("probe.begin()")

    async def __aexit__(self, *_: object) -> None:
        frame = await self._page.evaluate("probe.end()")
        tasks = _tasks(json.loads(await self._browser.stop_tracing())["traceEvents"])
        self._into.frames.append(frame)
        self._into.tasks.append(max(tasks))
        self._into.cpu.append(sum(tasks))

    @property
    def _browser(self) -> Browser:
        browser = self._page.context.browser
        assert browser is not None
        return browser


def _tasks(events: list[dict[str, Any]]) -> list[float]:
    """How long each task of a page's main thread had a core, in milliseconds."""
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event["tdur"] / 1000
        for event in events
        if event["name"] == "ThreadControllerImpl::RunTask"
        and (event["pid"], event["tid"]) in main
        and "tdur" in event
    ]

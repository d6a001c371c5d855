"""Two windows of one account: how long a click takes to the screen that it is made on, and to the other one."""

from dataclasses import dataclass, field

from playwright.async_api import Browser, expect

from tests.bench.web_probe import probed

CLICKS = 50


@dataclass(slots=True)
class Delays:
    """From each click, in milliseconds."""

    own: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)


async def two_windows(browser: Browser, url: str) -> Delays:
    delays = Delays()
    here, there = await probed(browser, url), await probed(browser, url)
    email = await here.sign_up()
    await there.log_in(email)
    await there.is_live()
    await here.add("Buy milk")
    await expect(there.rows).to_have_count(1)
    for click in range(CLICKS):
        before, after = ("Complete", "Reopen") if click % 2 == 0 else ("Reopen", "Complete")
        for window in (here, there):
            await window.page.evaluate("(found) => probe.expect(found)", f'[aria-label="{after} “Buy milk”"]')
        await here.page.get_by_role("checkbox", name=f"{before} “Buy milk”").click()
        own = await here.page.evaluate("probe.seen")
        other = await there.page.evaluate("probe.seen")
        clicked = await here.page.evaluate("probe.clicked")
        delays.own.append(own - clicked)
        delays.other.append(other - clicked)
    for window in (here, there):
        await window.context.close()
    return delays

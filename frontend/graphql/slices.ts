/** So long a page may be busy and still be drawn in time. */
const SLICE_MS = 8;

/** Does something to each of many things, and lets the page do what else it has to every now and then. */
export async function inSlices<Thing>(things: Iterable<Thing>, work: (thing: Thing) => void): Promise<void> {
  let until = performance.now() + SLICE_MS;
  for (const thing of things) {
    if (performance.now() > until) {
      await pause();
      until = performance.now() + SLICE_MS;
    }
    work(thing);
  }
}

/** A message comes after what waits already, and sooner than any timer. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

'use client';

import { type ComponentType, useEffect, useState } from 'react';
import { complain } from './say';

/** Everything that is loaded later, whether it was asked for or not. */
const all: (() => Promise<unknown>)[] = [];

/** A component whose code is loaded when the page has nothing else to do, or once it is needed. Loaded, it is drawn
 * at once, as any other: React's own `lazy` would show nothing first, even so. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let component: ComponentType<Props> | null = null;
  let loading: Promise<void> | null = null;
  const fetched = () => {
    loading ??= load().then(
      (loaded) => {
        component = loaded;
      },
      (error) => {
        loading = null; // the next one who needs it tries again
        throw error;
      },
    );
    return loading;
  };
  all.push(fetched);

  // biome-ignore lint/correctness/noComponentHookFactories: called once for each, as its module is loaded
  return function Later(props: Props) {
    const [there, setThere] = useState(component !== null);
    useEffect(() => {
      if (!there) fetched().then(() => setThere(true), complain);
    }, [there]);
    const Component = component;
    return Component && <Component {...props} />;
  };
}

/** Loads all of it. */
export async function loadRest(): Promise<void> {
  for (const load of all) await load();
}

/** Loads it one by one, each when the browser is idle. */
export function loadRestWhenIdle(signal: AbortSignal) {
  const idle = () =>
    new Promise((done) => ('requestIdleCallback' in window ? requestIdleCallback(done) : setTimeout(done, 200)));
  const start = async () => {
    for (const load of all) {
      await idle();
      if (signal.aborted) return;
      await load();
    }
  };
  start().catch(() => undefined); // it is loaded once it is needed
}

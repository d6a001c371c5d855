import { useEffect, useState } from 'react';

const MINUTE_MS = 60_000;

/** The time, to the minute: new as each begins, and as a page that slept is looked at again. */
export function useMinute(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      timer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS));
    };
    const tick = () => {
      setNow(new Date());
      wait();
    };
    const seen = () => {
      if (document.visibilityState === 'visible') setNow(new Date());
    };
    wait();
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);
  return now;
}

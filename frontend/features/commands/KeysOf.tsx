import { Fragment } from 'react';
import type { Keys } from './keys';
import { TEXT } from './text';

const LOOK = 'whitespace-nowrap rounded border border-line bg-page px-1.5 py-0.5 font-mono text-xs text-soft';

/** Keys as they stand on a keyboard. */
export function KeysOf({ keys }: { keys: Keys }) {
  return (
    <span className="inline-flex shrink-0 items-center gap-1">
      {keys.split(' ').map((key, place) => (
        <Fragment key={key}>
          {place > 0 && <span className="text-xs text-soft">{TEXT.followedBy}</span>}
          <kbd className={LOOK}>{key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}

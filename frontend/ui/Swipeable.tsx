'use client';

import { clsx } from 'clsx';
import { type PointerEvent, type ReactNode, useRef, useState } from 'react';

interface Action {
  label: string;
  icon: ReactNode;
  /** The colour below what is moved. */
  color: string;
  act: () => void;
}

interface Props {
  /** What moving it to each side does. Whatever that is has a button elsewhere as well. */
  right: Action;
  left: Action;
  off?: boolean;
  children: ReactNode;
}

type Side = 'left' | 'right';

interface Swipe {
  pointer: number;
  x: number;
  y: number;
  at: number;
  /** Whether it is one by now, and not yet a tap or a scroll. */
  going: boolean;
  by: number;
}

/** A finger that goes so far is not tapping any more. */
const SLOP_PX = 10;
/** A finger that rests so long selects text. */
const REST_MS = 400;
/** So much of the width does it, and no more than so many pixels are asked for. */
const PART = 0.35;
const FAR_PX = 140;
const MOVE_MS = 160;

/** What a finger moves aside to do something to it. A mouse drags nothing, and a scroll stays a scroll. */
export function Swipeable({ right, left, off = false, children }: Props) {
  const front = useRef<HTMLDivElement>(null);
  const swipe = useRef<Swipe | null>(null);
  const [side, setSide] = useState<Side | null>(null);
  const [armed, setArmed] = useState(false);
  const action = side === 'left' ? left : right;

  function start(event: PointerEvent) {
    if (swipe.current) return end(false); // by a second finger
    if (off || event.pointerType !== 'touch' || !event.isPrimary) return;
    if (event.target instanceof Element && event.target.closest('[data-handle]')) return;
    const { pointerId: pointer, clientX: x, clientY: y, timeStamp: at } = event;
    swipe.current = { pointer, x, y, at, going: false, by: 0 };
  }

  const isIts = ({ pointerId }: PointerEvent) => swipe.current?.pointer === pointerId;

  function move(event: PointerEvent<HTMLDivElement>) {
    const known = swipe.current;
    if (!known || !isIts(event)) return;
    const by = event.clientX - known.x;
    const across = Math.abs(by);
    if (!known.going) {
      const down = Math.abs(event.clientY - known.y);
      if (Math.max(across, down) < SLOP_PX) return;
      if (down >= across || event.timeStamp - known.at > REST_MS) {
        swipe.current = null;
        return;
      }
      known.going = true;
      event.currentTarget.setPointerCapture(event.pointerId);
    }
    known.by = by;
    event.currentTarget.style.transform = `translateX(${by}px)`;
    setSide(by > 0 ? 'right' : 'left');
    setArmed(across >= Math.min(FAR_PX, event.currentTarget.offsetWidth * PART));
  }

  function end(lets: boolean) {
    const known = swipe.current;
    swipe.current = null;
    if (known?.going) void settle(known.by, lets && armed ? action : null);
  }

  /** Away and done, or back. What it stands for may be gone with that. */
  async function settle(by: number, done: Action | null) {
    const element = front.current;
    if (!element) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const to = done ? Math.sign(by) * element.offsetWidth : 0;
    const moving = element.animate([{ transform: `translateX(${by}px)` }, { transform: `translateX(${to}px)` }], {
      duration: still ? 0 : MOVE_MS,
      easing: 'ease-out',
      fill: 'forwards',
    });
    await moving.finished.catch(() => {});
    done?.act();
    requestAnimationFrame(() => {
      moving.cancel();
      element.style.transform = '';
      setSide(null);
      setArmed(false);
    });
  }

  return (
    <div className="relative">
      {side && (
        <div
          aria-hidden
          data-armed={armed || undefined}
          className={clsx(
            'absolute inset-0 flex items-center gap-2 rounded-xl px-5 text-sm font-medium text-card transition-opacity',
            action.color,
            side === 'left' && 'flex-row-reverse',
            !armed && 'opacity-60',
          )}
        >
          {action.icon}
          {action.label}
        </div>
      )}
      <div
        ref={front}
        onPointerDown={start}
        onPointerMove={move}
        onPointerUp={(event) => isIts(event) && end(true)}
        onPointerCancel={(event) => isIts(event) && end(false)}
        className={clsx('relative', !off && 'touch-pan-y touch-pinch-zoom')}
      >
        {children}
      </div>
    </div>
  );
}

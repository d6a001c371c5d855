import { clsx } from 'clsx';
import type { ReactNode } from 'react';

interface Props {
  icon: ReactNode;
  label: string;
  count?: number | undefined;
  current: boolean;
  onClick: () => void;
}

/** A place to go to, in a list of them. */
export function NavItem({ icon, label, count, current, onClick }: Props) {
  return (
    <button
      type="button"
      aria-current={current ? 'page' : undefined}
      onClick={onClick}
      className={clsx(
        'flex min-h-9 w-full items-center gap-2.5 rounded-lg px-2 text-left text-sm transition',
        current ? 'bg-line/70 font-medium' : 'hover:bg-line/40',
      )}
    >
      <span aria-hidden className={clsx('grid size-4 shrink-0 place-items-center', !current && 'text-soft')}>
        {icon}
      </span>
      <span dir="auto" className="min-w-0 flex-1 truncate text-left">
        {label}
      </span>
      <span className="text-xs text-soft tabular-nums">{count || ''}</span>
    </button>
  );
}

/** The colour that a thing is known by. */
export function Dot({ color }: { color: string }) {
  return <span className="size-2.5 rounded-full" style={{ background: color }} />;
}

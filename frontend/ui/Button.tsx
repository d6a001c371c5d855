import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

const KINDS = {
  primary: 'bg-accent text-accent-ink hover:opacity-90',
  quiet: 'text-soft hover:bg-line/60 hover:text-ink',
  danger: 'bg-danger text-card hover:opacity-90',
  outline: 'border border-line bg-card text-ink hover:bg-line/40',
} as const;

type Props = ComponentProps<'button'> & { kind?: keyof typeof KINDS };

export function Button({ kind = 'primary', className, type = 'button', ...props }: Props) {
  return (
    <button
      type={type}
      className={clsx(
        'inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-3 text-sm font-medium transition',
        'disabled:cursor-default disabled:opacity-50',
        KINDS[kind],
        className,
      )}
      {...props}
    />
  );
}

/** A button that shows a picture alone: `label` is what it is called. */
export function IconButton({ label, className, ...props }: Props & { label: string }) {
  return (
    <Button
      kind="quiet"
      aria-label={label}
      title={label}
      className={clsx('size-9 shrink-0 px-0! print:hidden', className)}
      {...props}
    />
  );
}

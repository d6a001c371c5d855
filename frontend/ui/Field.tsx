import { clsx } from 'clsx';
import { type ComponentProps, type ReactNode, useId } from 'react';

const LOOK = 'w-full rounded-lg border border-line bg-card px-3 py-2 text-ink placeholder:text-soft';

interface Labelled {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
}

function Frame({ label, error, hint, id, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {hint && !error && <p className="text-xs text-soft">{hint}</p>}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

function described(id: string, error: string | undefined) {
  return error ? { 'aria-invalid': true, 'aria-describedby': `${id}-error` } : {};
}

export function TextField({ label, error, hint, className, ...props }: ComponentProps<'input'> & Labelled) {
  const id = useId();
  return (
    <Frame label={label} error={error} hint={hint} id={id}>
      <input id={id} className={clsx(LOOK, 'h-10', className)} {...described(id, error)} {...props} />
    </Frame>
  );
}

export function TextArea({ label, error, hint, className, ...props }: ComponentProps<'textarea'> & Labelled) {
  const id = useId();
  return (
    <Frame label={label} error={error} hint={hint} id={id}>
      <textarea id={id} className={clsx(LOOK, className)} {...described(id, error)} {...props} />
    </Frame>
  );
}

export function Select({ label, error, hint, className, ...props }: ComponentProps<'select'> & Labelled) {
  const id = useId();
  return (
    <Frame label={label} error={error} hint={hint} id={id}>
      <select id={id} className={clsx(LOOK, 'h-10', className)} {...described(id, error)} {...props} />
    </Frame>
  );
}

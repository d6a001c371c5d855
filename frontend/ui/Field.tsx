import { clsx } from 'clsx';
import { type ComponentProps, type ReactNode, useId } from 'react';

const LOOK = 'w-full rounded-lg border border-line bg-card px-3 py-2 text-ink placeholder:text-soft';

interface Labelled {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
  /** The label is for those who can't see the field. */
  labelHidden?: boolean | undefined;
}

function Frame({ label, labelHidden, error, hint, id, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'text-sm font-medium'}>
        {label}
      </label>
      {children}
      {hint && !error && (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

function described(id: string, { error, hint }: Labelled) {
  if (error) return { 'aria-invalid': true, 'aria-describedby': `${id}-error` };
  return hint ? { 'aria-describedby': `${id}-hint` } : {};
}

export function TextField({
  label,
  labelHidden,
  error,
  hint,
  className,
  ...props
}: ComponentProps<'input'> & Labelled) {
  const id = useId();
  const about = { label, labelHidden, error, hint };
  return (
    <Frame {...about} id={id}>
      <input
        id={id}
        dir={props.type ? undefined : 'auto'} // by what is written
        className={clsx(LOOK, 'h-10', className)}
        {...described(id, about)}
        {...props}
      />
    </Frame>
  );
}

export function TextArea({
  label,
  labelHidden,
  error,
  hint,
  className,
  ...props
}: ComponentProps<'textarea'> & Labelled) {
  const id = useId();
  const about = { label, labelHidden, error, hint };
  return (
    <Frame {...about} id={id}>
      <textarea id={id} dir="auto" className={clsx(LOOK, className)} {...described(id, about)} {...props} />
    </Frame>
  );
}

export function Select({ label, labelHidden, error, hint, className, ...props }: ComponentProps<'select'> & Labelled) {
  const id = useId();
  const about = { label, labelHidden, error, hint };
  return (
    <Frame {...about} id={id}>
      <select id={id} className={clsx(LOOK, 'h-10', className)} {...described(id, about)} {...props} />
    </Frame>
  );
}

/** A box with its label beside it. */
export function Checkbox({ label, className, ...props }: Omit<ComponentProps<'input'>, 'type'> & { label: string }) {
  return (
    <label className={clsx('flex items-start gap-2 text-sm has-disabled:opacity-50', className)}>
      <input type="checkbox" className="mt-0.5 size-4 shrink-0 accent-accent" {...props} />
      <span dir="auto" className="min-w-0 wrap-anywhere">
        {label}
      </span>
    </label>
  );
}

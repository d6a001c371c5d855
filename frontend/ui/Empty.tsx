import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface Props {
  icon: LucideIcon;
  title: string;
  /** What would be here, and how it comes to be. */
  hint?: string | undefined;
  children?: ReactNode;
}

/** In the place of a list with nothing in it. */
export function Empty({ icon: Icon, title, hint, children }: Props) {
  return (
    <div className="mx-auto mt-10 grid max-w-sm justify-items-center gap-1.5 px-4 text-center">
      <span aria-hidden className="mb-2 grid size-12 place-items-center rounded-2xl bg-line/50 text-soft">
        <Icon className="size-6" strokeWidth={1.75} />
      </span>
      <p className="font-medium">{title}</p>
      {hint && <p className="text-sm text-balance text-soft">{hint}</p>}
      {children && <div className="mt-3">{children}</div>}
    </div>
  );
}

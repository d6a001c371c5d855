import type { ReactNode } from 'react';
import { Logo } from '@/ui/Logo';
import { TEXT } from './text';

/** What stands before the app: a card below its name. */
export function Front({ children }: { children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <Logo className="mx-auto size-14" />
        <h1 className="mt-4 text-center text-2xl font-semibold tracking-tight">TaskFlow</h1>
        <p className="mt-1 text-center text-soft">{TEXT.promise}</p>
        <div className="mt-6 rounded-2xl border border-line bg-card p-6 shadow-sm">{children}</div>
      </div>
    </main>
  );
}

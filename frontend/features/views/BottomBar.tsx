'use client';

import { clsx } from 'clsx';
import { Menu } from 'lucide-react';
import { useState } from 'react';
import { Modal } from '@/ui/Modal';
import { viewOf } from './place';
import { type Lists, Sidebar } from './Sidebar';
import { TEXT } from './text';
import { VIEW_ICONS, VIEWS } from './views';

const ITEM = 'flex min-h-14 w-full flex-col items-center justify-center gap-0.5 text-[0.6875rem]';

/** On a phone: the views within reach of a thumb, and all else in a sheet. */
export function BottomBar(lists: Lists) {
  const [open, setOpen] = useState(false);
  const { place, counts, onGo } = lists;
  return (
    <nav
      aria-label={TEXT.viewsNav}
      className="fixed inset-x-0 bottom-0 z-10 border-t border-line bg-card pb-[env(safe-area-inset-bottom)] sm:hidden print:hidden"
    >
      <ul className="grid auto-cols-fr grid-flow-col">
        {VIEWS.map((view) => {
          const Icon = VIEW_ICONS[view];
          const current = place.view === view;
          return (
            <li key={view}>
              <button
                type="button"
                aria-current={current ? 'page' : undefined}
                onClick={() => onGo(viewOf(view))}
                className={clsx(ITEM, current ? 'font-medium text-accent' : 'text-soft')}
              >
                <span className="relative">
                  <Icon aria-hidden className="size-5" />
                  {view === 'today' && counts.today > 0 && (
                    <span
                      aria-hidden
                      className="absolute -top-1.5 left-3.5 min-w-4 rounded-full bg-accent px-1 text-center text-[0.625rem] leading-4 font-semibold text-accent-ink"
                    >
                      {counts.today}
                    </span>
                  )}
                </span>
                {TEXT.views[view]}
              </button>
            </li>
          );
        })}
        <li>
          <button
            type="button"
            aria-haspopup="dialog"
            onClick={() => setOpen(true)}
            className={clsx(ITEM, place.id || place.view === 'trash' ? 'font-medium text-accent' : 'text-soft')}
          >
            <Menu aria-hidden className="size-5" />
            {TEXT.lists}
          </button>
        </li>
      </ul>
      {open && (
        <Modal title={TEXT.lists} onClose={() => setOpen(false)}>
          <Sidebar
            {...lists}
            onGo={(next) => {
              setOpen(false);
              onGo(next);
            }}
          />
        </Modal>
      )}
    </nav>
  );
}

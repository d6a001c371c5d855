'use client';

import { useEffect } from 'react';
import { Checkbox } from '@/ui/Field';
import { useSubject } from '@/ui/useSubject';
import { chooseNews, followChoice, wantsNews$ } from './news';
import { TEXT } from './text';

export function NewsChoice() {
  useEffect(followChoice, []);
  return (
    <div className="rounded-xl border border-line bg-card px-4 py-3 shadow-sm">
      <Checkbox
        label={TEXT.news.choice}
        checked={useSubject(wantsNews$)}
        onChange={({ target }) => chooseNews(target.checked)}
      />
    </div>
  );
}

'use client';

import { useState } from 'react';
import type { Task } from '@/features/tasks/board';
import { dayIn } from '@/features/tasks/zone';
import { Checkbox, Select, TextField } from '@/ui/Field';
import { EndsFields } from './EndsFields';
import { faultOf } from './fault';
import { MonthDayFields } from './MonthDayFields';
import { NextOccurrences } from './NextOccurrences';
import { isSaved } from './preview';
import { frameOf, NEW, type Repeats, repeatsOf, started } from './repeats';
import { FREQUENCIES, type Frequency, PLAIN, presetOf, ruleOf, type Shape, shapeOf } from './rule';
import { SkipNext } from './SkipNext';
import { TEXT } from './text';
import { UnshownRule } from './UnshownRule';
import { usePreview } from './usePreview';
import { WeekdayPicker } from './WeekdayPicker';
import { YearDayFields } from './YearDayFields';

interface Props {
  /** The task as it is by now. */
  task: Task;
  /** How it is to recur, and when it is to be due: a day or an instant. */
  repeats: Repeats | null;
  due: string | null;
  onChange: (repeats: Repeats | null) => void;
}

type Kind = 'NONE' | Frequency | 'OWN';

export function RecurrenceForm({ task, repeats, due, onChange }: Props) {
  const preview = usePreview(task, repeats, due);
  // While something is typed there is no whole rule for a moment, and the rest must not be lost to that.
  const [typed, setTyped] = useState<Shape | null>(null);
  const [own, setOwn] = useState(false);

  const frame = frameOf(task, due);
  const shape = repeats && (typed && ruleOf(typed, frame) === repeats.rule ? typed : shapeOf(repeats.rule, frame));
  const unshown = !own && !shape && repeats?.rule === task.recurrence?.rule ? task.recurrence : null;
  const kind: Kind = !repeats ? 'NONE' : shape && !own ? shape.frequency : 'OWN';
  const base = repeats ?? repeatsOf(task);
  const startsAt = (base && started(base, due, frame).start) ?? due;
  const start =
    startsAt && !startsAt.includes('T') ? startsAt : dayIn(frame.timeZone, new Date(startsAt ?? Date.now()));
  const fault = preview.state === 'refused' ? faultOf(preview.message, kind === 'OWN' ? null : shape) : {};
  const saved = isSaved(task, repeats);

  const setRule = (rule: string) => onChange({ ...NEW, ...base, rule });
  const put = (change: Partial<Shape>) => {
    const next = { ...(shape ?? PLAIN), ...change };
    setTyped(next);
    setRule(ruleOf(next, frame));
  };

  function choose(next: Kind) {
    setOwn(next === 'OWN');
    if (next === 'NONE') onChange(null);
    else if (next === 'OWN') setRule(repeats?.rule ?? ruleOf(PLAIN, frame));
    else put(presetOf(next, start));
  }

  return (
    <fieldset className="grid gap-3">
      <legend className="sr-only">{TEXT.kind}</legend>
      {repeats && unshown ? (
        <UnshownRule recurrence={unshown} onReplace={() => setOwn(true)} onRemove={() => onChange(null)} />
      ) : (
        <div className="grid grid-cols-2 items-start gap-4">
          <Select label={TEXT.kind} value={kind} onChange={({ target }) => choose(target.value as Kind)}>
            {(['NONE', ...FREQUENCIES, 'OWN'] as const).map((value) => (
              <option key={value} value={value}>
                {TEXT.kinds[value]}
              </option>
            ))}
          </Select>
          {shape && kind !== 'OWN' && (
            <TextField
              label={TEXT.every[shape.frequency]}
              type="number"
              min={1}
              max={1000}
              required
              value={shape.interval || ''}
              error={fault.interval}
              onChange={({ target }) => put({ interval: target.valueAsNumber })}
            />
          )}
        </div>
      )}
      {repeats && kind === 'OWN' && !unshown && (
        <TextField
          label={TEXT.ownRule}
          value={repeats.rule}
          required
          maxLength={512}
          spellCheck={false}
          autoCapitalize="characters"
          hint={TEXT.ownRuleHint}
          error={fault.rule}
          className="font-mono text-sm"
          onChange={({ target }) => setRule(target.value)}
        />
      )}
      {shape && kind === 'WEEKLY' && <WeekdayPicker days={shape.weekdays} onChange={(weekdays) => put({ weekdays })} />}
      {shape && kind === 'MONTHLY' && (
        <MonthDayFields monthDay={shape.monthDay} start={start} onChange={(monthDay) => put({ monthDay })} />
      )}
      {shape && kind === 'YEARLY' && (
        <YearDayFields yearDay={shape.yearDay} start={start} onChange={(yearDay) => put({ yearDay })} />
      )}
      {shape && kind !== 'OWN' && (
        <EndsFields ends={shape.ends} start={start} error={fault.ends} onChange={(ends) => put({ ends })} />
      )}
      {repeats && (
        <>
          <Checkbox
            label={TEXT.afterCompletion}
            checked={repeats.mode === 'COMPLETION'}
            onChange={({ target }) => onChange({ ...repeats, mode: target.checked ? 'COMPLETION' : 'SCHEDULE' })}
          />
          <Select
            label={TEXT.missed}
            hint={TEXT.missedHint}
            value={repeats.missed}
            onChange={({ target }) => onChange({ ...repeats, missed: target.value as Repeats['missed'] })}
          >
            {(['LATEST', 'ALL', 'SKIP'] as const).map((policy) => (
              <option key={policy} value={policy}>
                {TEXT.missedPolicies[policy]}
              </option>
            ))}
          </Select>
          {unshown && fault.rule && <p role="alert">{fault.rule}</p>}
          <NextOccurrences preview={preview} repeats={repeats} frame={frame} saved={saved} />
          {saved && <SkipNext task={task} then={('dates' in preview && preview.dates[1]) || null} />}
        </>
      )}
    </fieldset>
  );
}

/** What a field holds, in words. */

import type { Label, Project, Task } from './board';
import type { Fields } from './draft';
import { dueFields, dueText } from './due';
import { TEXT } from './text';
import type { When } from './when';

type Plain = Exclude<keyof Fields, 'repeats'>;

export function fieldText<Name extends Plain>(
  name: Name,
  value: Fields[Name] | undefined,
  projects: readonly Project[],
  labels: readonly Label[],
  when: When,
): string {
  if (Array.isArray(value)) {
    const names = labels.filter(({ id }) => value.includes(id)).map(({ name }) => name);
    return names.join(', ') || TEXT.nothing;
  }
  const text = value as string | null | undefined;
  if (name === 'due') return dueText(dueFields(text ?? null, when.zone), when) || TEXT.nothing;
  if (name === 'priority') return TEXT.priorities[text as Task['priority']];
  if (name === 'projectId') return projects.find(({ id }) => id === text)?.name ?? TEXT.noProject;
  return text || TEXT.nothing;
}

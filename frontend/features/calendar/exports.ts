/** Everything of an account as files, asked for in parts. */

import { ask, type Run } from '@/graphql/ask';
import { EXPORT_CALENDAR, EXPORT_DATA } from './operations';

export interface Exported {
  name: string;
  type: string;
  parts: string[];
}

type Part = { part: string[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

/** All tasks, as an iCalendar file. Throws Unreachable, and what the server says. */
export async function calendarFile(run: Run, today: string): Promise<Exported> {
  const parts = await all(async (after) => {
    const { ics, pageInfo } = (await ask(run, EXPORT_CALENDAR, { after })).exportCalendar;
    return { part: [ics], pageInfo };
  });
  return { name: `taskflow-${today}.ics`, type: 'text/calendar', parts };
}

/** Everything, as an array of JSON, a line for each thing. Throws Unreachable, and what the server says. */
export async function dataFile(run: Run, today: string): Promise<Exported> {
  const lines = await all(async (after) => {
    const { nodes, pageInfo } = (await ask(run, EXPORT_DATA, { after })).exportData;
    return { part: nodes.map((node) => JSON.stringify(node)), pageInfo };
  });
  return { name: `taskflow-${today}.json`, type: 'application/json', parts: [`[\n${lines.join(',\n')}\n]\n`] };
}

async function all(page: (after: string | null) => Promise<Part>): Promise<string[]> {
  const parts: string[] = [];
  for (let after: string | null = null; ; ) {
    const { part, pageInfo } = await page(after);
    parts.push(...part);
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return parts;
    after = pageInfo.endCursor;
  }
}

/** Has the browser save it. */
export function save({ name, type, parts }: Exported) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be reading it
}

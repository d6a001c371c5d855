/** Which tasks are chosen, and from where a range goes. */

export interface Chosen {
  readonly ids: ReadonlySet<string>;
  /** The one that was chosen last by itself. */
  readonly anchor: string | null;
}

export const NONE: Chosen = { ids: new Set(), anchor: null };

export function toggle({ ids }: Chosen, id: string): Chosen {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** All from the anchor to this one, in the order they stand in, beside what was chosen. */
export function extend(chosen: Chosen, order: readonly string[], id: string): Chosen {
  const { ids, anchor } = chosen;
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return { ids: new Set([...ids, id]), anchor: id };
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...ids, ...range]), anchor };
}

export function all(order: readonly string[]): Chosen {
  return { ids: new Set(order), anchor: order[0] ?? null };
}

/** Reads what a query asks for from the cache's rows, and makes anew only what has changed of it. Apollo's own reader
 * keeps count of every field of every row: thousands of tasks are too many for that. */

import { isReference, type StoreObject } from '@apollo/client';
import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

/** Finds a row by its id. */
export type Rows = (id: string) => StoreObject | undefined;
type Row = Record<string, unknown>;
/** What a thing was made of: its row, and those of what it holds. */
type Sources = [id: string, row: StoreObject | undefined][];
type Field = [name: string, selection: SelectionSetNode | undefined];

interface Made {
  value: unknown;
  sources: Sources;
}

/** Something that is asked for is not there. */
const MISSING = Symbol();

export class RowReader<Data> {
  private readonly root: SelectionSetNode;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly fields = new Map<SelectionSetNode, Field[]>();
  private readonly made = new Map<SelectionSetNode, Map<string, Made>>();
  private before: unknown;

  /** For a query without aliases and conditions, of fields that the cache keeps by their names alone. */
  constructor({ definitions }: DocumentNode) {
    const operation = definitions.find((definition) => definition.kind === 'OperationDefinition');
    if (!operation) throw new Error('There is nothing to read.');
    this.root = operation.selectionSet;
    for (const definition of definitions) {
      if (definition.kind === 'FragmentDefinition') this.fragments.set(definition.name.value, definition);
    }
  }

  /** The very same where nothing of it has changed; null where something is missing. */
  read(rows: Rows): Data | null {
    this.before = this.object({ ...rows('ROOT_QUERY'), __typename: undefined }, this.root, rows, [], this.before);
    return this.before === MISSING ? null : (this.before as Data);
  }

  private value(stored: unknown, selection: SelectionSetNode, rows: Rows, sources: Sources, before: unknown): unknown {
    if (stored === undefined) return MISSING;
    if (stored === null) return null;
    if (isReference(stored)) {
      return rows(stored.__ref) ? this.thing(stored.__ref, selection, rows, sources) : null; // it is gone
    }
    if (!Array.isArray(stored)) return this.object(stored as Row, selection, rows, sources, before);
    const known = Array.isArray(before) ? before : [];
    const list: unknown[] = [];
    for (const each of stored) {
      if (isReference(each) && !rows(each.__ref)) continue; // it is gone
      const value = this.value(each, selection, rows, sources, known[list.length]);
      if (value === MISSING) return MISSING;
      list.push(value);
    }
    const same = list.length === known.length && list.every((value, index) => value === known[index]);
    return same && before ? before : list;
  }

  /** What has a row of its own. */
  private thing(id: string, selection: SelectionSetNode, rows: Rows, sources: Sources): unknown {
    const things = this.made.get(selection) ?? new Map<string, Made>();
    this.made.set(selection, things);
    let made = things.get(id);
    if (!made?.sources.every(([id, row]) => rows(id) === row)) {
      const row = rows(id);
      const own: Sources = [[id, row]];
      made = { value: this.object(row, selection, rows, own, made?.value), sources: own };
      things.set(id, made);
    }
    sources.push(...made.sources);
    return made.value;
  }

  private object(
    row: Row | undefined,
    selection: SelectionSetNode,
    rows: Rows,
    sources: Sources,
    before: unknown,
  ): unknown {
    if (!row) return MISSING;
    const known = typeof before === 'object' && before !== null ? (before as Row) : undefined;
    const object: Row = row.__typename === undefined ? {} : { __typename: row.__typename };
    let same = known !== undefined;
    for (const [name, below] of this.fieldsOf(selection)) {
      const value = below ? this.value(row[name], below, rows, sources, known?.[name]) : row[name];
      if (value === undefined || value === MISSING) return MISSING;
      object[name] = value;
      same &&= known?.[name] === value;
    }
    return same ? known : object;
  }

  private fieldsOf(selection: SelectionSetNode): Field[] {
    const known = this.fields.get(selection);
    if (known) return known;
    const fields = selection.selections.flatMap((part): Field[] => {
      if (part.kind === 'Field') return [[part.name.value, part.selectionSet]];
      if (part.kind === 'InlineFragment') return this.fieldsOf(part.selectionSet);
      const fragment = this.fragments.get(part.name.value);
      return fragment ? this.fieldsOf(fragment.selectionSet) : [];
    });
    this.fields.set(selection, fields);
    return fields;
  }
}

interface Named {
  name: string;
}

/** As people look names up, in their language. */
export function byName(one: Named, other: Named): number {
  return one.name.localeCompare(other.name);
}

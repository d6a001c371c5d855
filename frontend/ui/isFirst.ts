/** Whether a click is not the second of a double one: that falls on what has moved up beneath the pointer meanwhile. */
export function isFirst({ detail }: Pick<UIEvent, 'detail'>): boolean {
  return detail < 2;
}

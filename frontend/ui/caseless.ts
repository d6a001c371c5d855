/** A text for comparing, case and accents aside. */
export function caseless(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

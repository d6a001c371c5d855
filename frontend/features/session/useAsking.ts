import { type FormEvent, useCallback, useState } from 'react';
import { type Fault, faultBy } from '@/graphql/ask';

/** A form whose answer is waited for: whether it is under way, what is wrong with it, and whether it went well. `work`
 * is given what was typed, and answers what is wrong. */
export function useAsking(work: (typed: (field: string) => string, form: HTMLFormElement) => Promise<Fault | null>) {
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    setBusy(true);
    setDone(false);
    setFault(null);
    const refused = await work((field) => String(data.get(field) ?? ''), form).catch(faultBy);
    setFault(refused);
    setDone(refused === null);
    setBusy(false);
  }

  const forget = useCallback(() => setFault(null), []);
  return { busy, done, fault, submit, forget };
}

'use client';

import { Check, Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from './Button';
import { TextField } from './Field';
import { TEXT } from './text';

interface Props {
  label: string;
  value: string;
  hint?: string | undefined;
}

/** Something to take elsewhere. */
export function CopyField({ label, value, hint }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [copied, setCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      place.current?.querySelector('input')?.select(); // for the person to copy
    }
  }

  return (
    <div ref={place} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2">
      <TextField
        label={label}
        value={value}
        hint={hint}
        readOnly
        className="font-mono text-sm"
        onFocus={(event) => event.target.select()}
      />
      <Button kind="outline" className="mt-6 min-h-10" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
        {copied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
        {copied ? TEXT.copied : TEXT.copy}
      </Button>
    </div>
  );
}

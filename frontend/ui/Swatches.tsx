import { useId } from 'react';

interface Props {
  label: string;
  /** What each is called. */
  colors: Readonly<Record<string, string>>;
  /** One of them, or another one. */
  value: string;
  onChange: (color: string) => void;
}

/** A colour to choose. */
export function Swatches({ label, colors, value, onChange }: Props) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className="flex flex-wrap gap-2">
        {Object.entries(colors).map(([color, called]) => (
          <input
            key={color}
            type="radio"
            name={name}
            aria-label={called}
            title={called}
            checked={color === value}
            onChange={() => onChange(color)}
            style={{ background: color }}
            className="size-8 cursor-pointer appearance-none rounded-full border-4 border-card outline-offset-0 checked:outline-2 checked:outline-ink"
          />
        ))}
      </div>
    </fieldset>
  );
}

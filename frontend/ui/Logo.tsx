export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 64 64" aria-hidden="true" className={className}>
      <rect width="64" height="64" rx="15" fill="#4338ca" />
      <path d="M18 33.5 28 43l18.5-21" fill="none" stroke="#fff" strokeWidth="6.5" strokeLinecap="round" />
    </svg>
  );
}

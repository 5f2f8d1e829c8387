/** The mark of the product, as in icon.svg. */
export function BrandMark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#0f6cbd" />
      <path
        d="M10 8v16M10 16c0-3.3 2.2-5 5.2-5s5.3 2.1 5.3 5.5S18.3 22 15.2 22 10 20.3 10 17"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="24" cy="9" r="2.4" fill="#ffd35c" />
    </svg>
  );
}

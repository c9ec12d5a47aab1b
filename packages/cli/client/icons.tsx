/** Signs as drawings: fonts differ in which they have, and some draw them in colours. */
const PATHS = {
  failed: "M4 4l8 8M12 4l-8 8",
  interrupted: "M5.5 3.5v9M10.5 3.5v9",
  done: "M3 8.5l3.5 3.5L13 4.5",
  stopped: "M4.5 4.5h7v7h-7z",
  next: "M5 3.5v9L12 8z",
  call: "M3 8h10M9 4l4 4-4 4",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  again: "M13 4v3.5H9.5M12.5 7.5A5 5 0 1 0 13 9.5",
  link: "M7 9.5l3-3M6.5 5.5l1.5-1.5a2.8 2.8 0 0 1 4 4l-1.5 1.5M9.5 10.5L8 12a2.8 2.8 0 0 1-4-4l1.5-1.5",
  closed: "M6 4l4 4-4 4",
  open: "M4 6l4 4 4-4",
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);

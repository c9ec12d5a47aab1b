import type { ComponentChildren } from "preact";

/** Control characters, and those that change the direction of what follows: they would hide what stands there. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for.
  /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff])/;

/** Anybody's text as it is, but for characters that hide others: these are shown by their code. */
export function Text({ children }: { children: string }) {
  const parts = children.replaceAll("\r\n", "\n").split(HIDDEN);
  if (parts.length === 1) return <bdi>{children}</bdi>;
  return (
    <bdi>
      {parts.map((part, i) =>
        i % 2 === 0 ? part : <span class="hidden-character">{codeOf(part)}</span>,
      )}
    </bdi>
  );
}

function codeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}

export function Problem({ error }: { error: Error }) {
  return (
    <p class="problem" role="alert">
      <Text>{error.message}</Text>
    </p>
  );
}

export const Hint = ({ children }: { children: ComponentChildren }) => (
  <p class="hint">{children}</p>
);

/** A moment in the reader's time zone; the whole of it, with UTC, on hover. */
export function Moment({
  ts,
  isLong = false,
}: {
  ts: string | null | undefined;
  isLong?: boolean;
}) {
  const date = new Date(ts ?? "");
  if (Number.isNaN(date.getTime())) return null;
  const isToday = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString("en-GB");
  const day = date.toLocaleDateString("en-CA");
  return (
    <time dateTime={date.toISOString()} title={date.toISOString()}>
      {isToday && !isLong ? time : `${day} ${isLong ? time : time.slice(0, 5)}`}
    </time>
  );
}

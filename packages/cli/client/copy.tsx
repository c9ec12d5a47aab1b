import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

interface Props {
  readonly label: string;
  readonly text: string;
  readonly icon?: IconName;
}

/** Puts a text into the clipboard. */
export function Copy({ label, text, icon = "copy" }: Props) {
  const [isDone, setIsDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsDone(true);
    setTimeout(() => setIsDone(false), 1200);
  };
  return (
    <button type="button" class="quiet copy" title={label} aria-label={label} onClick={copy}>
      <Icon name={isDone ? "done" : icon} />
    </button>
  );
}

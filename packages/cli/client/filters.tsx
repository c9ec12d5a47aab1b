import { useEffect, useRef, useState } from "preact/hooks";
import { STATUSES, type ThreadItem } from "../src/view/api.ts";
import type { Go, Place } from "./place.ts";

/** A list is asked for when nobody has typed for so long, in milliseconds. */
const PAUSE = 250;

const TIMES = [
  ["", "any time"],
  ["1h", "last hour"],
  ["24h", "last 24 hours"],
  ["7d", "last 7 days"],
  ["30d", "last 30 days"],
  [">30d", "before 30 days"],
] as const;

interface Props {
  readonly place: Place;
  readonly go: Go;
  /** The first thread that is found, which Enter opens. */
  readonly first: ThreadItem | undefined;
}

/** Which threads are listed: by the beginning of their ids, status, time and metadata. */
export function Filters({ place, go, first }: Props) {
  const opened = (event: Event) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget as HTMLFormElement).get("prefix")).trim();
    // What was just typed may not be listed yet; an id in full needs no list.
    const thread = first?.threadId.startsWith(typed) ? first.threadId : typed;
    if (typed !== "") go({ prefix: typed, thread, step: undefined, against: undefined });
  };
  return (
    <form class="filters" onSubmit={opened}>
      <Field name="prefix" label="Thread id begins with  /" {...{ place, go }} />
      <Field name="metadata" label="Metadata: user=ann" {...{ place, go }} />
      <div class="selects">
        <select
          aria-label="Status"
          value={place.status}
          onChange={({ currentTarget }) => go({ status: currentTarget.value }, true)}
        >
          <option value="">any status</option>
          {STATUSES.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
        <select
          aria-label="Updated"
          value={place.updated}
          onChange={({ currentTarget }) => go({ updated: currentTarget.value }, true)}
        >
          {TIMES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="hidden">
        Open
      </button>
    </form>
  );
}

interface FieldProps {
  readonly name: "prefix" | "metadata";
  readonly label: string;
  readonly place: Place;
  readonly go: Go;
}

function Field({ name, label, place, go }: FieldProps) {
  const [typed, setTyped] = useState(place[name]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(place[name]), [place[name]]);
  const changed = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    // Half of a condition is none.
    if (name === "metadata" && value !== "" && !value.includes("=")) return;
    timer.current = setTimeout(() => go({ [name]: value.trim() }, true), PAUSE);
  };
  return (
    <input
      {...{ id: name, name, type: "search", placeholder: label, "aria-label": label }}
      {...{ autocomplete: "off", spellcheck: false, value: typed }}
      onInput={({ currentTarget }) => changed(currentTarget.value)}
    />
  );
}

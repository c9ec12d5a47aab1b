import { useEffect } from "preact/hooks";
import type { StepKey } from "../src/view/api.ts";
import { type Go, type Place, TABS } from "./place.ts";
import { isStep, type Rows } from "./rows.ts";

export const KEYS = [
  ["j  k  ↓  ↑", "the next and the previous step"],
  ["g  G", "the first and the last step"],
  ["n  N", "the next and the previous step that failed or asked"],
  ["l", "the latest step, and follow it"],
  ["1 – 6", "overview, messages, state, diff, writes, raw"],
  ["Shift-click", "compare with that step"],
  ["/", "find a thread"],
  ["r", "list the threads again"],
  ["Esc", "back"],
  ["?", "this"],
] as const;

/** What a key does; undefined where it does nothing. */
export type Action = (() => void) | undefined;

/** Calls what a key does, unless somebody types into a field. */
export function useKeys(actionOf: (key: string) => Action): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
        if (event.key === "Escape") target.blur();
        return;
      }
      const action = actionOf(event.key);
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

interface Input {
  readonly place: Place;
  readonly go: Go;
  readonly rows: Rows;
  readonly chosen: StepKey | undefined;
}

/** What keys do where a thread is looked at. */
export function threadKey(key: string, input: Input): Action {
  const { go, rows } = input;
  const here = rows.positionOf(input.chosen);
  const tab = TABS[Number(key) - 1];
  if (tab !== undefined) return () => go({ tab }, true);
  const moves: Readonly<Record<string, () => void>> = {
    j: () => move(input, here, 1),
    ArrowDown: () => move(input, here, 1),
    k: () => move(input, here, -1),
    ArrowUp: () => move(input, here, -1),
    g: () => move(input, -1, 1),
    G: () => move(input, rows.shown.length, -1),
    n: () => move(input, here, 1, true),
    N: () => move(input, here, -1, true),
    l: () => go({ step: undefined, against: undefined }),
    Escape: () => back(input),
  };
  return moves[key];
}

/** Goes to the next step from a position, on the way over what is no step, or none that failed or asked. */
function move({ go, rows: { shown } }: Input, from: number, by: 1 | -1, isMarked = false): void {
  for (let i = from + by; i >= 0 && i < shown.length; i += by) {
    const row = shown[i];
    if (!isStep(row) || (isMarked && row.mark === undefined)) continue;
    go({ step: { namespace: row.namespace, id: row.id }, against: undefined }, true);
    return;
  }
}

function back({ place, go }: Input): void {
  if (place.against !== undefined) go({ against: undefined }, true);
  else if (place.step !== undefined) go({ step: undefined });
  else go({ thread: undefined });
}

import { useMemo, useState } from "preact/hooks";
import type { OutlineRow, StepKey, StepRow } from "../src/view/api.ts";
import { isSame, textOf } from "./place.ts";

export interface Rows {
  /** Those that are shown: of subgraphs, the open ones. */
  readonly shown: readonly OutlineRow[];
  readonly isOpen: (row: OutlineRow) => boolean;
  readonly toggle: (row: OutlineRow) => void;
  readonly positionOf: (step: StepKey | undefined) => number;
}

/**
 * The rows of a thread's picture. Subgraphs are folded until somebody opens them, or looks at a step in them.
 *
 * @param chosen the step that is looked at
 */
export function useRows(all: readonly OutlineRow[], chosen: StepKey | undefined): Rows {
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const around = useMemo(() => aroundOf(all, chosen), [all, chosen]);
  const isOpen = (row: OutlineRow) => opened.get(textOf(row)) ?? around.has(row);
  const shown = useMemo(() => {
    const hidden: boolean[] = [];
    return all.filter((row, i) => {
      const outer = row.within === undefined ? undefined : (all[row.within] as OutlineRow);
      hidden[i] = outer !== undefined && (hidden[row.within as number] === true || !isOpen(outer));
      return !hidden[i];
    });
  }, [all, opened, around]);
  return {
    ...{ shown, isOpen },
    toggle: (row) => setOpened(new Map(opened).set(textOf(row), !isOpen(row))),
    positionOf: (step) => shown.findIndex((row) => isStep(row) && isSame(row, step)),
  };
}

export const isStep = (row: OutlineRow | undefined): row is StepRow => row?.kind === "step";

/** The subgraphs in which a step lies. */
function aroundOf(
  all: readonly OutlineRow[],
  chosen: StepKey | undefined,
): ReadonlySet<OutlineRow> {
  const around = new Set<OutlineRow>();
  let row = all.find((one) => isStep(one) && isSame(one, chosen));
  while (row?.within !== undefined) {
    row = all[row.within] as OutlineRow;
    around.add(row);
  }
  return around;
}

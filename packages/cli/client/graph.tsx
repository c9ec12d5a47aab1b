import type { StepRow } from "../src/view/api.ts";

const COLUMN = 14;
const RADIUS = 4;
/** How far above its first step a branch leaves the line beside it. */
const BEND = 14;

const xOf = (column: number): number => column * COLUMN + COLUMN / 2 + 2;

export const graphWidth = (lead: string): number => xOf(lead.length) + COLUMN;

interface Props {
  readonly row: StepRow;
  readonly height: number;
  readonly state: "failed" | "interrupted" | "open" | "plain";
}

/** The part of the tree beside one row. */
export function Graph({ row, height, state }: Props) {
  const { lead, from, down, current } = row;
  const x = xOf(lead.length);
  const middle = height / 2;
  const line = current ? "line current" : "line";
  const beside = x - COLUMN;
  return (
    <svg class="graph" width={graphWidth(lead)} height={height} aria-hidden="true">
      <Lead lead={lead} height={height} />
      {from === "above" && <path class={line} d={`M${x} 0V${middle}`} />}
      {from === "left" && (
        <path class={line} d={`M${beside} ${middle - BEND}Q${beside} ${middle} ${x} ${middle}`} />
      )}
      {down && <path class={line} d={`M${x} ${middle}V${height}`} />}
      <circle class={`dot ${state}${current ? " current" : ""}`} cx={x} cy={middle} r={RADIUS} />
    </svg>
  );
}

/** The branches that pass by. */
export function Lead({ lead, height }: { lead: string; height: number }) {
  return [...lead].map((sign, i) =>
    sign === " " ? null : (
      <path class={sign === "#" ? "line current" : "line"} d={`M${xOf(i)} 0V${height}`} />
    ),
  );
}

import type { Session } from "./session.ts";

/** What a check of `doctor` found. */
export interface Finding {
  readonly level: "ok" | "warning" | "problem";
  readonly what: string;
  readonly advice?: string;
}

export type Check = (session: Session) => Promise<Finding[]>;

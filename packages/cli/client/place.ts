import { useEffect, useState } from "preact/hooks";
import type { StepKey } from "../src/view/api.ts";

export const TABS = ["overview", "messages", "state", "diff", "writes", "raw"] as const;
export type Tab = (typeof TABS)[number];

/** What is looked at: all of it stands in the address, so that a link leads there. */
export interface Place {
  readonly thread: string | undefined;
  readonly step: StepKey | undefined;
  readonly tab: Tab;
  /** What a step is compared with; by default its parent. */
  readonly against: StepKey | undefined;
  /** What threads are listed; empty where any are. */
  readonly prefix: string;
  readonly metadata: string;
  readonly status: string;
  /** How long ago at most, as `1h`, or at least, as `>30d`. */
  readonly updated: string;
}

export type Go = (change: Partial<Place>, replace?: boolean) => void;

function read(): Place {
  const parameters = new URLSearchParams(location.search);
  const text = (name: string) => parameters.get(name) ?? undefined;
  const key = (name: string): StepKey | undefined => {
    const id = text(name);
    return id === undefined ? undefined : { id, namespace: text(`${name}-namespace`) ?? "" };
  };
  return {
    thread: text("thread"),
    step: key("step"),
    tab: TABS.find((tab) => tab === text("tab")) ?? "overview",
    against: key("against"),
    prefix: text("prefix") ?? "",
    metadata: text("metadata") ?? "",
    status: text("status") ?? "",
    updated: text("updated") ?? "",
  };
}

export function addressOf(place: Place): string {
  const { thread, step, tab, against } = place;
  const parameters = new URLSearchParams();
  const set = (name: string, value: string | undefined) => {
    if (value) parameters.set(name, value);
  };
  set("thread", thread);
  set("step", step?.id);
  set("step-namespace", step?.namespace);
  set("tab", tab === "overview" ? undefined : tab);
  set("against", against?.id);
  set("against-namespace", against?.namespace);
  for (const name of ["prefix", "metadata", "status", "updated"] as const) set(name, place[name]);
  const text = String(parameters);
  return text === "" ? "/" : `/?${text}`;
}

export function usePlace(): [Place, Go] {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const moved = () => setPlace(read());
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  const go: Go = (change, replace = false) => {
    const next = { ...read(), ...change };
    const address = addressOf(next);
    if (replace) history.replaceState(null, "", address);
    else if (address !== location.pathname + location.search) history.pushState(null, "", address);
    setPlace(next);
  };
  return [place, go];
}

export const isSame = (a: StepKey | undefined, b: StepKey | undefined): boolean =>
  a?.id === b?.id && a?.namespace === b?.namespace;

export const textOf = ({ namespace, id }: StepKey): string => `${namespace}\n${id}`;

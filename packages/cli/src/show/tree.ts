import { append } from "./group.ts";

/** One item of a drawn tree. */
export interface Line<Item> {
  /** What stands before the item: `│ `, `├─` and the like. */
  readonly lead: string;
  /** What stands before further lines of the item. */
  readonly rest: string;
  readonly item: Item;
}

/**
 * Draws items under their parents. One after the other stands in one column; only where a path forks,
 * the branches are moved in. No recursion: a thread may be of any length.
 *
 * @param items parents before their children
 */
export function* drawTree<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  parentOf: (item: Item) => string | undefined,
): Generator<Line<Item>> {
  const keys = new Set(items.map(keyOf));
  const children = new Map<string | undefined, Item[]>();
  for (const item of items) {
    const parent = parentOf(item);
    const known = parent !== undefined && keys.has(parent) ? parent : undefined;
    append(children, known, item);
  }
  /** To be drawn, the next last: the item, its lead, and that of what follows it. */
  const open: [Item, string, string][] = [];
  const push = (siblings: readonly Item[], indent: string, forked: boolean) => {
    for (const [i, item] of [...siblings.entries()].reverse()) {
      const last = i === siblings.length - 1;
      if (!forked) open.push([item, indent, indent]);
      else open.push([item, `${indent}${last ? "└─" : "├─"}`, `${indent}${last ? "  " : "│ "}`]);
    }
  };
  push(children.get(undefined) ?? [], "", false);
  for (;;) {
    const next = open.pop();
    if (next === undefined) return;
    const [item, lead, indent] = next;
    const own = children.get(keyOf(item)) ?? [];
    yield { lead, rest: `${indent}${own.length > 0 ? "│ " : "  "}`, item };
    push(own, indent, own.length > 1);
  }
}

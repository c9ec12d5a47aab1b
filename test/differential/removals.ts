/** Which checkpoints a removal takes, as the documentation says it. */
import type { ModelCheckpoint, ThreadModel } from "@waypost/conformance/model";

export interface Place {
  readonly space: string;
  readonly id: string;
}

type Spaces = ReadonlyMap<string, ThreadModel>;
type Needs = (place: Place) => readonly (Place | undefined)[];

/** All but the newest `keepLast` of each namespace, the tips that can be resumed, and what those need that stay. */
export function goingByAge(spaces: Spaces, keepLast: number): Place[] {
  const chosen = [...spaces].flatMap(([space, model]) =>
    model
      .list()
      .slice(keepLast)
      .map(({ id }) => ({ space, id })),
  );
  const canBeResumed = ({ space, id }: Place) =>
    (spaces.get(space)?.writes(id).length ?? 0) > 0 &&
    !spaces.get(space)?.checkpoints.some(({ parent }) => parent === id);
  return without(chosen, [...others(spaces, chosen), ...chosen.filter(canBeResumed)], (place) => [
    neededParent(spaces, place),
    ...subgraphStates(spaces, place),
  ]);
}

/** Those of a run, but for what others are rebuilt from. */
export function goingOfRun(spaces: Spaces, ofRun: (id: string) => boolean): Place[] {
  const chosen = all(spaces).filter(({ id }) => ofRun(id));
  return without(chosen, others(spaces, chosen), (place) => [neededParent(spaces, place)]);
}

const keyOf = ({ space, id }: Place) => `${space} ${id}`;

const all = (spaces: Spaces): Place[] =>
  [...spaces].flatMap(([space, model]) => model.checkpoints.map(({ id }) => ({ space, id })));

function others(spaces: Spaces, chosen: readonly Place[]): Place[] {
  const keys = new Set(chosen.map(keyOf));
  return all(spaces).filter((place) => !keys.has(keyOf(place)));
}

/** What is chosen, and not needed by what stays, however indirectly. */
function without(chosen: readonly Place[], staying: readonly Place[], needs: Needs): Place[] {
  const stay = new Set<string>();
  for (const open = [...staying]; open.length > 0; ) {
    const place = open.pop() as Place;
    if (stay.has(keyOf(place))) continue;
    stay.add(keyOf(place));
    open.push(...needs(place).filter((needed) => needed !== undefined));
  }
  return chosen.filter((place) => !stay.has(keyOf(place)));
}

const find = (spaces: Spaces, space: string, id: string | undefined) =>
  spaces.get(space)?.checkpoints.find((stored) => stored.id === id);

/** The parent, where a delta channel of the checkpoint is rebuilt from it. */
function neededParent(spaces: Spaces, { space, id }: Place): Place | undefined {
  const stored = find(spaces, space, id);
  const parent = find(spaces, space, stored?.parent);
  if (stored === undefined || parent === undefined) return undefined;
  const written =
    spaces
      .get(space)
      ?.writes(parent.id)
      .map(([, channel]) => channel) ?? [];
  const needed = deltaChannels(stored, parent, written).some(
    (channel) => !Object.hasOwn(stored.checkpoint.channel_values, channel),
  );
  return needed ? { space, id: parent.id } : undefined;
}

/** Those that LangGraph counts; where it does not count, any that may be one. */
function deltaChannels(
  { checkpoint: { channel_versions: versions }, metadata }: ModelCheckpoint,
  parent: ModelCheckpoint,
  written: readonly string[],
): string[] {
  const { counters_since_delta_snapshot: counters, delta_writes_versioned: versioned } =
    metadata as { counters_since_delta_snapshot?: object; delta_writes_versioned?: boolean };
  if (counters !== undefined) {
    return Object.keys(counters).filter((name) => Object.hasOwn(versions, name) || !versioned);
  }
  if (versioned) return [];
  return Object.keys(versions)
    .filter((name) => !name.startsWith("__") && !name.startsWith("branch:"))
    .filter(
      (name) =>
        written.includes(name) || parent.checkpoint.channel_versions[name] === versions[name],
    );
}

/** The state of each subgraph at a checkpoint of a graph around it: the latest before that. */
function subgraphStates(spaces: Spaces, { space, id }: Place): Place[] {
  const inner = [...spaces].filter(
    ([name]) => name !== space && (space === "" || name.startsWith(`${space}|`)),
  );
  return inner.flatMap(([name, model]) => {
    const latest = model.list().find((stored) => stored.id < id);
    return latest === undefined ? [] : [{ space: name, id: latest.id }];
  });
}

/**
 * State that all copies of a package in a process share, be they ES module and CommonJS or two versions: over
 * one connection they have to wait for each other, too.
 *
 * @param name what it is; another name where its form changes, as a copy of any version may find it
 */
export function processWide<State>(name: string, make: () => State): State {
  const key = Symbol.for(`waypost.${name}`);
  const holder = globalThis as { [key]?: State };
  holder[key] ??= make();
  return holder[key];
}

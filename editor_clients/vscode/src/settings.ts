// What the user has set, as the server is told: only that, since an editor's word goes before all other places.
// It knows neither VS Code nor the server.

/** What VS Code says of one key, place by place. */
export interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

const OWN = ['server.', 'trace.'];

/** The keys that are the server's, of all that the extension contributes, without `quintet.` before them. */
export function serverKeys(configuration: readonly { properties?: Record<string, unknown> }[]): string[] {
  return configuration
    .flatMap((part) => Object.keys(part.properties ?? {}))
    .map((key) => key.replace(/^quintet\./, ''))
    .filter((key) => !OWN.some((own) => key.startsWith(own)));
}

/** The value a user has set, from the narrowest place that has one; undefined where none has. Lists add up. */
export function explicit(found: Inspected | undefined): unknown {
  const places = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
  const set = places.filter((value) => value !== undefined && value !== null);
  if (set.length > 0 && set.every((value) => Array.isArray(value))) return set.flat();
  return set.at(-1);
}

/** Dotted keys as nested objects; what is undefined is left out. */
export function nested(values: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of values) {
    if (value === undefined) continue;
    const names = key.split('.');
    const last = names.pop() ?? key;
    let table = tree;
    for (const name of names) table = (table[name] ??= {}) as Record<string, unknown>;
    table[last] = value;
  }
  return tree;
}

// The section `quintet` of the user's configuration, as the server asks for it. It starts nothing.
import * as vscode from 'vscode';
import { explicit, nested, serverKeys } from './settings';

const SECTION = 'quintet';

/** What the server is told: what the user has set, and whether the workspace is trusted. */
export function told(extension: vscode.Extension<unknown>): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const { contributes } = extension.packageJSON as {
    contributes: { configuration: { properties?: Record<string, unknown> }[] };
  };
  const keys = serverKeys(contributes.configuration);
  const values = keys.map((key) => [key, explicit(configuration.inspect(key))] as const);
  return { ...nested(values), trusted: vscode.workspace.isTrusted };
}

/** One of the extension's own settings, as text; empty where it is not set. */
export function own(key: 'server.path' | 'server.python'): string {
  return (vscode.workspace.getConfiguration(SECTION).get<string>(key) ?? '').trim();
}

/** Keep a choice: in the user's settings, or in the workspace's where they have a say in it already. */
export async function keep(key: string, value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const { Global, Workspace } = vscode.ConfigurationTarget;
  const shadowed = configuration.inspect(key)?.workspaceValue !== undefined;
  await configuration.update(key, value, shadowed ? Workspace : Global);
}

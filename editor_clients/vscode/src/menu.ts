// The menu behind the status bar's item, and the choices of mode and engine that are kept in the user's settings.
import * as vscode from 'vscode';
import { keep } from './configuration';
import type { ConnectionState } from './connection';
import { MODES, type Mode, type Status } from './protocol';

interface Item extends vscode.QuickPickItem {
  command?: string;
  arguments?: unknown[];
}

/** Show what can be done now, and do what was chosen. */
export async function menu(connection: ConnectionState, status: Status | undefined, previewing: boolean): Promise<void> {
  const chosen = await vscode.window.showQuickPick(items(connection, status, previewing), {
    title: 'Quintet',
    placeHolder: status?.scripted === true ? 'Answers come from a script, not from a model' : 'What shall be done?',
  });
  if (chosen?.command !== undefined) await vscode.commands.executeCommand(chosen.command, ...(chosen.arguments ?? []));
}

function items(connection: ConnectionState, status: Status | undefined, previewing: boolean): Item[] {
  const server = [
    item('debug-restart', connection === 'running' ? 'Restart the server' : 'Start the server', 'quintet.client.restart'),
    item('output', 'Show the log', 'quintet.client.log'),
    ...(connection === 'running' ? [] : [item('cloud-download', 'Install the server', 'quintet.client.installServer')]),
  ];
  if (connection !== 'running') return [divider('Server'), ...server];
  const failing = status?.failing ?? 0;
  return [
    ...(status?.busy === true ? [item('debug-stop', 'Stop', 'quintet.stop')] : []),
    ...(previewing ? [item('diff', 'Show the suggested change', 'quintet.client.showPreview')] : []),
    divider('Tests'),
    item('beaker', 'Run all tests', 'quintet.runTests', [{}]),
    { ...item('wand', 'Make the failing tests pass', 'quintet.fixTests', [{}]), description: failing > 0 ? `${failing} fail` : '' },
    item('checklist', 'Review my changes', 'quintet.reviewChanges'),
    divider('What was done'),
    item('graph-line', 'Show the trace', 'quintet.client.showTrace'),
    item('diff', 'Show the last patch', 'quintet.showPatch'),
    item('discard', 'Go back to before a change…', 'quintet.restoreCheckpoint'),
    divider('How'),
    { ...item('dashboard', 'Choose the mode…', 'quintet.client.chooseMode'), description: status?.mode ?? '' },
    { ...item('server', 'Choose the engine…', 'quintet.client.chooseBackend'), description: status?.engine || status?.backend || '' },
    item('cloud-download', 'Install the pocket model', 'quintet.client.installPocket'),
    divider('Server'),
    item('pulse', 'Look at this machine', 'quintet.doctor'),
    ...server,
  ];
}

const MODE_WORDS: Record<Mode, string> = {
  auto: 'starts fast, and goes on while nothing is proven',
  fast: 'a few guesses, in seconds',
  standard: 'the specialists take turns',
  deep: 'all that the budget allows',
};

/** Ask for the mode and keep it. */
export async function chooseMode(current: string | undefined): Promise<void> {
  const picks = MODES.map((label) => ({ label, description: label === current ? 'now' : '', detail: MODE_WORDS[label] }));
  const chosen = await vscode.window.showQuickPick(picks, { title: 'Quintet: How Much Work May a Repair Be?' });
  if (chosen) await keep('mode', chosen.label);
}

/** Ask for the engine and keep it. */
export async function chooseBackend(current: string | undefined): Promise<void> {
  const picks: (vscode.QuickPickItem & { ask?: () => Promise<string | undefined> })[] = [
    { label: 'auto', detail: 'Look for an engine on this machine' },
    { label: 'pocket', detail: 'The small model on this machine' },
    { label: 'llama_cpp:…', detail: 'A GGUF model of yours, by its file', ask: modelFile },
    { label: 'openai:…', detail: 'A model on a server of yours: vLLM, llama-server, Ollama', ask: modelServer },
    { label: 'none', detail: 'No model: guesses are tested in an order of their own' },
  ];
  for (const pick of picks) pick.description = pick.label.replace('…', '') === current?.slice(0, pick.label.replace('…', '').length) ? `now: ${current}` : '';
  const chosen = await vscode.window.showQuickPick(picks, { title: 'Quintet: Which Engine?' });
  const backend = chosen?.ask ? await chosen.ask() : chosen?.label;
  if (backend !== undefined) await keep('backend', backend);
}

async function modelFile(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({ title: 'A GGUF model', filters: { Models: ['gguf'] }, canSelectMany: false });
  return chosen?.[0] && `llama_cpp:${chosen[0].fsPath}`;
}

async function modelServer(): Promise<string | undefined> {
  const address = await vscode.window.showInputBox({
    title: 'Quintet: Where Does the Model Run?',
    prompt: 'Its address, and after # the name of the model if there are several',
    placeHolder: 'http://127.0.0.1:8000#my-model',
    ignoreFocusOut: true,
    validateInput: (text) => (/^https?:\/\/[^\s]+$/.test(text.trim()) ? undefined : 'An address begins with http:// or https://.'),
  });
  return address && `openai:${address.trim()}`;
}

function item(icon: string, label: string, command: string, args: unknown[] = []): Item {
  return { label: `$(${icon}) ${label}`, command, arguments: args };
}

function divider(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

// What a command of the server needs when it comes from the palette or a menu: the place in the editor, and words of
// the user. It sends nothing.
import * as vscode from 'vscode';
import type { Range } from './protocol';

type Argument = Record<string, unknown>;
type Asker = (editor: vscode.TextEditor | undefined) => Promise<Argument | undefined> | Argument | undefined;

const ASKERS: Record<string, Asker> = {
  'quintet.runTests': (editor) => place(editor, false),
  'quintet.fixTests': (editor) => place(editor, false),
  'quintet.explain': (editor) => place(editor, true) ?? missing('the code that is to be explained'),
  'quintet.explainContext': (editor) => place(editor, true) ?? {},
  'quintet.refactor': rename,
  'quintet.rewrite': rewrite,
};

/**
 * The one argument of a command, asked for where it has none: menus give an address, the palette nothing. Undefined
 * where the user has thought better of it.
 */
export async function completed(command: string, given: readonly unknown[]): Promise<unknown[] | undefined> {
  const first = given[0];
  if (first !== undefined && first !== null && !(first instanceof vscode.Uri)) return [first];
  const asker = ASKERS[command];
  if (asker === undefined) return [];
  const argument = await asker(editorOf(first));
  return argument === undefined ? undefined : [argument];
}

/** Ask what is to become of a piece of code. */
export async function instruction(range: Range): Promise<string | undefined> {
  const { start, end } = range;
  const lines = end.line - start.line + (end.character > 0 || end.line === start.line ? 1 : 0);
  const words = await vscode.window.showInputBox({
    title: `Quintet: Rewrite ${lines === 1 ? 'This Line' : `These ${lines} Lines`}`,
    prompt: 'What is to become of it? Your tests are run on the result before you see it.',
    placeHolder: 'Return an empty list instead of null when there are no orders',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'Say it in a few words.' : undefined),
  });
  return words?.trim();
}

/** A place as the protocol has it. */
function shape(range: vscode.Range): Range {
  const { start, end } = range;
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

function editorOf(uri: vscode.Uri | undefined | null): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  const editors = [...(active ? [active] : []), ...vscode.window.visibleTextEditors];
  const wanted = uri?.toString();
  return editors.find(({ document }) => (wanted === undefined ? document.uri.scheme === 'file' : document.uri.toString() === wanted));
}

function place(editor: vscode.TextEditor | undefined, line: boolean): Argument | undefined {
  if (editor === undefined) return line ? undefined : {};
  const uri = editor.document.uri.toString();
  return line ? { uri, line: editor.selection.active.line } : { uri };
}

function missing(what: string): Argument | undefined {
  void vscode.window.showInformationMessage(`Quintet: open ${what} first.`);
  return undefined;
}

async function rename(editor: vscode.TextEditor | undefined): Promise<Argument | undefined> {
  if (editor === undefined) return missing('the file and put the caret on the name');
  const position = editor.selection.active;
  const word = editor.document.getWordRangeAtPosition(position);
  if (word === undefined) {
    void vscode.window.showInformationMessage('Quintet: put the caret on the name that is to be changed.');
    return undefined;
  }
  const old = editor.document.getText(word);
  const name = await vscode.window.showInputBox({
    title: `Quintet: Rename ${old} across the Workspace`,
    prompt: 'Your tests are run with the new name, and you see every place before it is changed.',
    value: old,
    ignoreFocusOut: true,
    validateInput: (text) => (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(text.trim()) ? undefined : 'This is no name.'),
  });
  if (name === undefined || name.trim() === old) return undefined;
  const { line, character } = position;
  return { uri: editor.document.uri.toString(), position: { line, character }, name: name.trim() };
}

async function rewrite(editor: vscode.TextEditor | undefined): Promise<Argument | undefined> {
  if (editor === undefined || editor.selection.isEmpty) return missing('a file and select what is to be rewritten');
  const uri = editor.document.uri.toString();
  const range = shape(editor.selection);
  const words = await instruction(range);
  return words === undefined ? undefined : { uri, range, instruction: words };
}

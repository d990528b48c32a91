// A change that is shown before it is made: a diff for each file, in which its user takes or leaves out each piece.
// What proves it, and how it is made, is the server's.
import * as vscode from 'vscode';
import { at, fits, render, type Shown } from './hunks';
import type { Preview, PreviewedFile } from './protocol';
import { reason, type Log } from './log';

export const SCHEME = 'quintet-preview';
const MOST_TABS = 12;

/** One file of a preview: the text it was made for, and what is taken of the change. */
export class FileShown {
  readonly right: vscode.Uri;
  readonly left: vscode.Uri;
  readonly taken: Set<number>;
  opened = false;
  shown: Shown;

  constructor(
    id: string,
    readonly file: PreviewedFile,
    private readonly before: string,
    real: vscode.Uri,
  ) {
    const name = `/${file.path.replace(/^[/\\]+/, '')}`;
    this.right = vscode.Uri.from({ scheme: SCHEME, authority: 'after', path: name, query: id });
    this.left = file.created ? vscode.Uri.from({ scheme: SCHEME, authority: 'before', path: name, query: id }) : real;
    this.taken = new Set(file.hunks.map((hunk) => hunk.id));
    this.shown = this.render();
  }

  toggle(id: number): void {
    if (!this.taken.delete(id)) this.taken.add(id);
    this.shown = this.render();
  }

  leave(): void {
    this.taken.clear();
    this.shown = this.render();
  }

  /** Where the text has moved on, the whole new one is shown as the server made it, and cannot be taken in parts. */
  private render(): Shown {
    if (fits(this.before, this.file.hunks)) return render(this.before, this.file.hunks, this.taken);
    return { text: this.taken.size > 0 ? this.file.after : this.before, places: [] };
  }
}

/** A preview on the screen; `answer` is called once. */
export class Shows {
  constructor(
    readonly preview: Preview,
    readonly files: readonly FileShown[],
    readonly answer: (accepted: number[]) => void,
  ) {}

  get accepted(): number[] {
    return this.files.flatMap((file) => [...file.taken]).sort((a, b) => a - b);
  }

  get count(): number {
    return this.files.reduce((sum, { file }) => sum + file.hunks.length, 0);
  }

  fileOf(uri: vscode.Uri): FileShown | undefined {
    return this.files.find(({ right }) => right.toString() === uri.toString());
  }
}

export class Previews implements vscode.Disposable, vscode.TextDocumentContentProvider {
  current: Shows | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private readonly texts = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.texts.event;
  private readonly states = new vscode.EventEmitter<void>();
  /** Something is shown, is shown no more, or was taken or left out. */
  readonly onState = this.states.event;
  private readonly own: vscode.Disposable[];

  constructor(private readonly log: Log) {
    this.own = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        this.closed(closed);
      }),
    ];
    void close(tabs(() => true)); // those of a window that was loaded anew: nobody waits for their answer
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.current?.fileOf(uri)?.shown.text ?? '';
  }

  /** Show a change, after those that are shown now; what is taken of it, or null. */
  ask(preview: Preview, token: vscode.CancellationToken): Promise<{ accept: number[] } | null> {
    const mine = this.last.then(() => (token.isCancellationRequested ? null : this.show(preview, token)));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Answer with what is taken. */
  accept(): void {
    this.current?.answer(this.current.accepted);
  }

  reject(): void {
    this.current?.answer([]);
  }

  /** Take or leave out a change: the one with this id, else the one at the caret. */
  toggle(id?: number): void {
    const editor = vscode.window.activeTextEditor;
    const file = id === undefined ? editor && this.current?.fileOf(editor.document.uri) : this.current?.files.find((each) => each.file.hunks.some((hunk) => hunk.id === id));
    const chosen = id ?? (file && editor && at(file.shown.places, editor.selection.active.line)?.hunk.id);
    if (file === undefined || chosen === undefined) return;
    file.toggle(chosen);
    this.texts.fire(file.right);
    this.states.fire();
  }

  /** Bring what is shown to the front; of several files, the one that is chosen. */
  async focus(): Promise<void> {
    const files = this.current?.files ?? [];
    const picks = files.map((file) => ({ label: file.file.path, description: `${file.taken.size} of ${file.file.hunks.length}`, file }));
    const chosen = picks.length > 1 ? await vscode.window.showQuickPick(picks, { title: 'Quintet: Show a File of the Change' }) : picks[0];
    if (chosen && this.current) await open(this.current.preview, chosen.file, false);
  }

  dispose(): void {
    this.reject();
    vscode.Disposable.from(...this.own, this.texts, this.states).dispose();
  }

  private async show(preview: Preview, token: vscode.CancellationToken): Promise<{ accept: number[] } | null> {
    const files = await Promise.all(preview.files.map((file) => shownFile(preview.id, file)));
    const accepted = await new Promise<number[]>((resolve) => {
      this.current = new Shows(preview, files, resolve);
      token.onCancellationRequested(() => {
        resolve([]);
      });
      this.openAll(this.current).catch((error: unknown) => {
        this.log.error(`the change could not be shown: ${reason(error)}`);
        resolve([]);
      });
    });
    this.current = undefined;
    this.tell();
    await close(tabs((uri) => uri.query === preview.id));
    return accepted.length > 0 ? { accept: accepted } : null;
  }

  private async openAll(shows: Shows): Promise<void> {
    this.tell();
    const files = shows.files.slice(0, MOST_TABS);
    for (const file of files) await open(shows.preview, file, files.length > 1);
    const first = files[0]; // to the front again
    if (first && files.length > 1) await open(shows.preview, first, false);
  }

  /** A file whose diff was closed is left out; once the last one is closed, all is refused. */
  private closed(closedTabs: readonly vscode.Tab[]): void {
    const shows = this.current;
    if (shows === undefined) return;
    const gone = closedTabs.map(rightOf).map((uri) => uri && shows.fileOf(uri)).filter((file) => file !== undefined).filter((file) => !isOpen(file));
    if (gone.length === 0) return;
    for (const file of gone) {
      file.opened = false;
      file.leave();
      this.texts.fire(file.right);
    }
    if (!shows.files.some((file) => file.opened)) shows.answer([]);
    this.states.fire();
  }

  private tell(): void {
    void vscode.commands.executeCommand('setContext', 'quintet.previewing', this.current !== undefined);
    this.states.fire();
  }
}

async function shownFile(id: string, file: PreviewedFile): Promise<FileShown> {
  const real = vscode.Uri.parse(file.uri, true);
  if (file.created) return new FileShown(id, file, '', real);
  const document = await vscode.workspace.openTextDocument(real);
  return new FileShown(id, file, document.getText(), real);
}

async function open(preview: Preview, file: FileShown, preserveFocus: boolean): Promise<void> {
  const title = `${file.file.path.split('/').at(-1) ?? file.file.path}: ${preview.title}`;
  await vscode.commands.executeCommand('vscode.diff', file.left, file.right, title, { preview: false, preserveFocus });
  file.opened = true;
}

function rightOf(tab: vscode.Tab): vscode.Uri | undefined {
  const { input } = tab;
  if (input instanceof vscode.TabInputTextDiff && input.modified.scheme === SCHEME) return input.modified;
  return input instanceof vscode.TabInputText && input.uri.scheme === SCHEME ? input.uri : undefined;
}

function tabs(wanted: (uri: vscode.Uri) => boolean): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => {
    const uri = rightOf(tab);
    return uri !== undefined && wanted(uri);
  });
}

/** Whether it is still shown: a tab that moves to another group is closed in its old one. */
function isOpen({ right }: FileShown): boolean {
  return tabs((uri) => uri.toString() === right.toString()).length > 0;
}

async function close(those: readonly vscode.Tab[]): Promise<void> {
  if (those.length > 0) await vscode.window.tabGroups.close(those, true);
}

// What is drawn into a preview: a line of buttons at the top, and one above each change. It takes no decision.
import * as vscode from 'vscode';
import type { Place } from './hunks';
import { SCHEME, type FileShown, type Previews, type Shows } from './preview';

const LEFT_OUT = vscode.window.createTextEditorDecorationType({
  isWholeLine: true,
  opacity: '0.6',
  after: { contentText: '  ⊘ left out', color: new vscode.ThemeColor('editorCodeLens.foreground'), fontStyle: 'italic' },
});

export class PreviewMarks implements vscode.Disposable, vscode.CodeLensProvider {
  private readonly own: vscode.Disposable[];
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(private readonly previews: Previews) {
    this.onDidChangeCodeLenses = previews.onState;
    this.own = [
      vscode.languages.registerCodeLensProvider({ scheme: SCHEME }, this),
      previews.onState(() => {
        this.decorate();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.decorate();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === SCHEME) this.decorate();
      }),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const shows = this.previews.current;
    const file = shows?.fileOf(document.uri);
    if (shows === undefined || file === undefined) return [];
    // those of a line share a row that ends at the edge, so that the verdict comes first, and why it is so, which is long, last
    const parts = file.shown.places.map((place) => lens(document, place));
    return [verdict(shows), ...buttons(shows), ...parts, ...others(shows, file), why(shows)];
  }

  dispose(): void {
    vscode.Disposable.from(...this.own).dispose();
  }

  private decorate(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.scheme !== SCHEME) continue;
      const places = this.previews.current?.fileOf(editor.document.uri)?.shown.places ?? [];
      const left = places.filter((place) => !place.taken).map((place) => range(editor.document, place));
      editor.setDecorations(LEFT_OUT, left);
    }
  }
}

function buttons(shows: Shows): vscode.CodeLens[] {
  return [
    atTop(`$(check)\u00a0Accept ${shows.accepted.length} of ${shows.count}`, 'quintet.client.acceptPreview', 'Make the changes that are taken'),
    atTop('$(close)\u00a0Discard', 'quintet.client.rejectPreview', 'Change nothing'),
  ];
}

function others({ files }: Shows, file: FileShown): vscode.CodeLens[] {
  if (files.length === 1) return [];
  return [atTop(`$(files)\u00a0File ${files.indexOf(file) + 1} of ${files.length}`, 'quintet.client.showPreview', 'Show another file of this change')];
}

function verdict({ preview }: Shows): vscode.CodeLens {
  return atTop(preview.verified ? '$(verified-filled)\u00a0Verified' : '$(warning)\u00a0Not verified', '', preview.label);
}

function why({ preview }: Shows): vscode.CodeLens {
  return atTop(short(preview.label.replace(/^(Not verified|Verified):? /, '')), '', preview.label);
}

function atTop(title: string, command: string, tooltip: string): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, tooltip });
}

function lens(document: vscode.TextDocument, place: Place): vscode.CodeLens {
  const { hunk, taken } = place;
  const name = hunk.title === '' || place.line === 0 ? '' : ` · ${short(hunk.title)}`; // no room for it in the first row
  return new vscode.CodeLens(range(document, place), {
    title: taken ? `$(check)\u00a0Taken: leave it out${name}` : `$(circle-slash)\u00a0Left out: take it${name}`,
    tooltip: hunk.title,
    command: 'quintet.client.toggleHunk',
    arguments: [hunk.id],
  });
}

function range(document: vscode.TextDocument, place: Place): vscode.Range {
  const line = Math.min(place.line, document.lineCount - 1);
  return new vscode.Range(line, 0, Math.min(line + Math.max(0, place.lines - 1), document.lineCount - 1), 0);
}

function short(text: string): string {
  const first = text.split('\n', 1)[0] ?? '';
  return first.length > 80 ? `${first.slice(0, 79)}…` : first;
}

/** The panel in which a run can be looked at while it goes on and afterwards. Asks the server; starts no run. */

import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import { readRuns, readStory, type Run, type Story } from './story';
import { render, renderNothing, renderRuns, spoken } from './timeline';

/** Runs a command of the server; undefined where that failed, which the user has been told. */
type Ask = (command: string, argument?: object) => Promise<unknown>;

/** Kept runs in the list: as many as anyone scrolls through. */
const KEPT = 100;

export class TracePanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: Story | undefined;
  private latest: Story | undefined;
  private runs: Run[] = [];
  /** What was selected last: an answer that comes later than a newer selection is not shown. */
  private selected = '';

  constructor(
    private readonly media: vscode.Uri,
    private readonly run: Ask,
  ) {}

  /** A run has said how it stands. */
  tell(value: unknown): void {
    const story = readStory(value);
    if (!story) {
      return;
    }
    this.list(story);
    // A run that has just begun is shown at once; from one that has been heard of before, the user may look away.
    const begun = !this.latest || (story.id !== this.latest.id && story.started >= this.latest.started);
    if (begun || story.id === this.latest?.id) {
      this.latest = story;
    }
    if (begun) {
      this.turnTo(story);
    } else if (story.id === this.shown?.id) {
      this.shown = story;
    }
    this.draw();
  }

  /** Open the panel, or bring it to the front. */
  async show(): Promise<void> {
    if (this.panel) {
      this.panel.reveal();
    } else {
      this.open();
    }
    await this.refresh();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private open(): void {
    const panel = vscode.window.createWebviewPanel('quintet.trace', 'Quintet: Trace', vscode.ViewColumn.Beside, {
      enableScripts: true,
      enableFindWidget: true,
      retainContextWhenHidden: true,
      localResourceRoots: [this.media],
    });
    this.panel = panel;
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    panel.webview.onDidReceiveMessage((message: unknown) => this.hear(message));
    panel.webview.html = this.page(panel.webview);
  }

  private page(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString('base64');
    const at = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.media, name)).toString();
    const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Quintet: Trace</title>
<link rel="stylesheet" href="${at('trace.css')}"></head>
<body><p id="said" class="unseen" role="status"></p><nav id="runs" aria-label="Runs"></nav><main id="story"></main>
<script nonce="${nonce}" src="${at('trace.js')}"></script></body></html>`;
  }

  private async hear(message: unknown): Promise<void> {
    const { type, id } = message as { type?: unknown; id?: unknown };
    if (type === 'ready') {
      this.draw();
    } else if (type === 'select' && typeof id === 'string') {
      await this.select(id);
    } else if (type === 'patch' && typeof id === 'string') {
      await this.ask('quintet.showPatch', { id });
    } else if (type === 'stop') {
      await this.ask('quintet.stop');
    }
  }

  private async select(id: string): Promise<void> {
    this.selected = id;
    const answer = await this.ask('quintet.showTrace', { id, show: false });
    const story = answer && 'story' in answer ? readStory(answer.story) : undefined;
    if (story && this.selected === id) {
      this.turnTo(story);
      this.list(story);
    } else if (answer && !story) {
      this.runs = this.runs.filter((each) => each.id !== id);
      void vscode.window.showInformationMessage('Quintet no longer keeps this run.');
    }
    this.draw();
  }

  /** The runs as the server knows them; without a server, what was heard so far. */
  private async refresh(): Promise<void> {
    const answer = await this.ask('quintet.runs');
    if (answer) {
      this.runs = readRuns(answer);
    }
    const newest = this.runs[0];
    if (!this.shown && newest) {
      await this.select(newest.id);
    }
    this.draw();
  }

  private async ask(command: string, argument?: object): Promise<object | undefined> {
    const answer = await this.run(command, argument);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  }

  private turnTo(story: Story): void {
    this.shown = story;
    this.selected = story.id;
  }

  private list(story: Story): void {
    const others = this.runs.filter((each) => each.id !== story.id);
    this.runs = [story, ...others].sort((a, b) => b.started - a.started).slice(0, KEPT);
  }

  private draw(): void {
    void this.panel?.webview.postMessage({
      type: 'render',
      id: this.shown?.id ?? '',
      runs: renderRuns(this.runs, this.shown?.id),
      story: this.shown ? render(this.shown) : renderNothing(),
      said: this.shown ? spoken(this.shown) : '',
    });
  }
}

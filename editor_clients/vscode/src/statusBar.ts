// How things stand, at the edge of the window: mode, engine, what the last run has cost, and whether one goes on.
// It starts nothing but the menu.
import * as vscode from 'vscode';
import type { ConnectionState } from './connection';
import { SELECTOR } from './languages';
import type { Status } from './protocol';
import { describe, type Described } from './statusText';

const MENU = 'quintet.client.menu';
const SEVERITIES = {
  none: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

export class StatusBar implements vscode.Disposable {
  status: Status | undefined;
  private connection: ConnectionState = 'stopped';
  private readonly item = vscode.window.createStatusBarItem('quintet.status', vscode.StatusBarAlignment.Right, 50);
  private readonly language = vscode.languages.createLanguageStatusItem('quintet.status', SELECTOR);

  constructor() {
    this.item.name = 'Quintet';
    this.item.command = MENU;
    this.language.name = 'Quintet';
    this.language.command = { command: MENU, title: 'Menu' };
    this.draw();
    this.item.show();
  }

  tell(status: Status): void {
    this.status = status;
    this.draw();
  }

  become(connection: ConnectionState): void {
    this.connection = connection;
    if (connection !== 'running') this.status = undefined;
    this.draw();
  }

  dispose(): void {
    this.item.dispose();
    this.language.dispose();
  }

  private draw(): void {
    const shown = describe(this.connection, this.status);
    this.item.text = shown.text;
    this.item.tooltip = tooltip(shown);
    this.item.accessibilityInformation = { label: `Quintet: ${shown.summary}`, role: 'button' };
    this.item.backgroundColor = shown.alarm === 'none' ? undefined : new vscode.ThemeColor(`statusBarItem.${shown.alarm}Background`);
    this.language.text = shown.summary;
    this.language.detail = shown.engine;
    this.language.severity = SEVERITIES[shown.alarm];
    this.language.busy = shown.busy;
  }
}

function tooltip(shown: Described): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown('**Quintet**\n\n');
  for (const line of shown.lines) text.appendText(line).appendMarkdown('\n\n');
  return text;
}

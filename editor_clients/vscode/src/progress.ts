// What the server is doing, where it can be cancelled: a notification with a button. What cannot be is left to the
// client's own way, a few words in the status bar.
import * as vscode from 'vscode';
import type { ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from 'vscode-languageclient/node';

type Value = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

interface Running {
  report: (value: WorkDoneProgressReport) => void;
  end: () => void;
}

export class Progresses {
  private readonly running = new Map<ProgressToken, Running>();

  /** `cancel` tells the server that its work is not wanted any more. */
  constructor(private readonly cancel: (token: ProgressToken) => void) {}

  /** Take a value of the server's; `next` is the client's own way. */
  take(token: ProgressToken, value: Value, next: () => void): void {
    if (value.kind === 'begin' && value.cancellable === true) {
      this.begin(token, value);
      return;
    }
    const one = this.running.get(token);
    if (one === undefined || value.kind === 'begin') next();
    else if (value.kind === 'report') one.report(value);
    else {
      one.end();
      next(); // the client forgets its part of it
    }
  }

  /** End all: their server has gone. */
  clear(): void {
    for (const one of this.running.values()) one.end();
    this.running.clear();
  }

  private begin(token: ProgressToken, value: WorkDoneProgressBegin): void {
    const title = value.title.startsWith('Quintet') ? value.title : `Quintet: ${value.title}`;
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let show: (value: WorkDoneProgressReport) => void = () => undefined;
    let before = 0;
    void vscode.window.withProgress(options, (progress, cancelled) => {
      cancelled.onCancellationRequested(() => {
        this.cancel(token);
        end();
        this.running.delete(token);
      });
      show = ({ message, percentage }) => {
        const increment = percentage === undefined ? undefined : Math.max(0, percentage - before);
        before = Math.max(before, percentage ?? 0);
        progress.report({ message, increment });
      };
      show({ kind: 'report', message: value.message, percentage: value.percentage });
      return ended;
    });
    this.running.set(token, {
      report: (report) => {
        show(report);
      },
      end: () => {
        end();
        this.running.delete(token);
      },
    });
  }
}

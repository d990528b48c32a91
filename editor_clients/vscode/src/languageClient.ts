// One connection to one process of the server: what this client declares, what it lets through and what it adds.
// When a process is started or ended is not known here.
import type { ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  ErrorCodes,
  LanguageClient,
  LSPErrorCodes,
  ResponseError,
  RevealOutputChannelOn,
  WorkDoneProgressCancelNotification,
  type LanguageClientOptions,
  type Middleware,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { completed } from './asking';
import { told } from './configuration';
import { SELECTOR } from './languages';
import { notice, problem, reason, SHOW_LOG, type Log } from './log';
import { Progresses } from './progress';
import { CAPABILITIES } from './protocol';

export interface Wanted {
  extension: vscode.Extension<unknown>;
  log: Log;
  spawn: () => Promise<ChildProcess>;
  /** The connection has closed, whether or not it was to. */
  closed: () => void;
}

/** A client whose failures are written to the log: what is to be said of them is said once, elsewhere. */
export class QuintetClient extends LanguageClient {
  readonly progresses: Progresses;

  constructor(wanted: Wanted) {
    const progresses = new Progresses((token) => {
      void this.sendNotification(WorkDoneProgressCancelNotification.type, { token });
    });
    super('quintet', 'Quintet', wanted.spawn, options(wanted, progresses));
    this.progresses = progresses;
    this.registerFeature(OURS);
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  /** Run a command of the server's; undefined where it failed, which the user has been told. */
  async command<T>(command: string, argument?: unknown): Promise<T | undefined> {
    try {
      return await this.sendRequest<T>('workspace/executeCommand', { command, arguments: argument === undefined ? [] : [argument] });
    } catch (error) {
      tell(this.outputChannel, error);
      return undefined;
    }
  }
}

const OURS: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    const others = (capabilities.experimental ?? {}) as Record<string, unknown>;
    capabilities.experimental = { ...others, quintet: CAPABILITIES };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};

function options(wanted: Wanted, progresses: Progresses): LanguageClientOptions {
  return {
    documentSelector: SELECTOR,
    outputChannel: wanted.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    stdioOptions: { stdout: () => undefined, stderr: () => undefined }, // whoever starts the process follows it
    diagnosticPullOptions: { onChange: true, onSave: true },
    initializationOptions: () => ({ trusted: vscode.workspace.isTrusted }),
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        wanted.closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    middleware: middleware(wanted, progresses),
  };
}

function middleware({ extension, log }: Wanted, progresses: Progresses): Middleware {
  return {
    workspace: {
      configuration: (params) => params.items.map(({ section }) => (section === 'quintet' ? told(extension) : null)),
    },
    window: {
      showDocument: async ({ uri: text, ...params }, _token, next) => {
        const uri = vscode.Uri.parse(text, true);
        if (uri.scheme !== 'quintet' || !uri.path.endsWith('.md')) return next({ uri: text, ...params }, _token);
        await vscode.commands.executeCommand('markdown.showPreview', uri);
        return { success: true };
      },
    },
    handleWorkDoneProgress: (token, value, next) => {
      progresses.take(token, value, () => {
        next(token, value);
      });
    },
    executeCommand: async (command, given, next) => {
      const filled = await completed(command, given);
      if (filled === undefined) return undefined;
      try {
        return (await next(command, filled)) as unknown;
      } catch (error) {
        tell(log, error);
        return undefined;
      }
    },
  };
}

/** Say why a command failed, unless it was cancelled or its server has gone, of which there is a message of its own. */
function tell(log: Log, error: unknown): void {
  if (error instanceof vscode.CancellationError) return;
  if (error instanceof ResponseError) {
    if (error.code === LSPErrorCodes.RequestCancelled || error.code === LSPErrorCodes.ServerCancelled) return;
    if (error.code === LSPErrorCodes.RequestFailed) {
      void notice(log, error.message, SHOW_LOG);
      return;
    }
    if (GONE.has(error.code)) return;
  }
  void problem(log, reason(error));
}

const GONE = new Set<number>([ErrorCodes.PendingResponseRejected, ErrorCodes.ConnectionInactive]);

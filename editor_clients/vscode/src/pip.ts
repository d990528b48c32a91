// What pip, CMake and their like print, in words for a person: how far it is, and why it failed.
// It knows no editor and starts nothing.

const STAGES: readonly (readonly [RegExp, string])[] = [
  [/^\s*Collecting ([\w.-]+)/, 'looking up $1'],
  [/^\s*Downloading (?:\S+\/)?([A-Za-z]\S*?)-\d\S* \((.+?)\)/, 'downloading $1 ($2)'],
  [/^\s*Using cached llama_cpp_python\S+\.whl/, 'taking the engine compiled earlier'],
  [/^\s*Installing build dependencies/, 'fetching what the build needs'],
  [/^\s*Building wheel for ([\w.-]+)/, 'building $1'],
  [/^\s*\*\*\* Configuring CMake/, 'looking at the compiler'],
  [/^\s*\[(\d+)\/(\d+)\] /, 'compiling the engine: $1 of $2 steps'],
  [/^\s*\[ *(\d+)%\] /, 'compiling the engine: $1 %'],
  [/^\s*Installing collected packages/, 'installing'],
  [/^WARNING: Retrying/, 'no answer from the package index, trying again'],
];

const OFFLINE =
  /NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|Failed to establish a new connection|[Nn]ame resolution|Network is unreachable/;

const DIAGNOSES: readonly (readonly [RegExp, string])[] = [
  [/ensurepip is not available|No module named '?ensurepip|No module named '?venv/, 'This Python cannot make virtual environments. $venv'],
  [/CMAKE_(?:C|CXX)_COMPILER|is not able to compile a simple test program/, 'The engine has to be compiled, and no working C++ compiler was found. $compiler'],
  [/No space left on device/, 'The disk is full.'],
  [/Permission denied|Access is denied/, "The extension's own folder cannot be written to."],
  [OFFLINE, 'The package index could not be reached. Check the network or the proxy, and try again.'],
  [/requires a different Python|Requires-Python/, 'This Python is too old for what is to be installed.'],
  [/Failed building wheel for (\S+)/, '$1 could not be built.'],
  [/No matching distribution found for (\S+)/, 'No package index in use has $1 for this Python.'],
];

/** What a line says about how far it is; null where it says nothing. */
export function stage(line: string): string | null {
  for (const [pattern, words] of STAGES) {
    const found = pattern.exec(line);
    if (found) return words.replace(/\$(\d)/g, (_, number: string) => found[Number(number)] ?? '');
  }
  return null;
}

/** One sentence on why it failed, the most telling first. `platform` is Node's name of the system. */
export function diagnosis(lines: readonly string[], platform: string = process.platform): string {
  const log = lines.join('\n');
  for (const [pattern, words] of DIAGNOSES) {
    const found = pattern.exec(log);
    if (found) {
      return words
        .replace('$venv', platform === 'linux' ? 'On Debian and Ubuntu: sudo apt install python3-venv.' : 'Install Python from python.org.')
        .replace('$compiler', compilerAdvice(platform))
        .replace('$1', found[1] ?? '');
    }
  }
  return 'pip could not install what was asked; the log says why.';
}

/** How to get a C++ compiler. */
export function compilerAdvice(platform: string = process.platform): string {
  if (platform === 'darwin') return 'Install one with: xcode-select --install';
  if (platform === 'win32') return 'Install the Visual Studio Build Tools with the C++ workload.';
  return "Install g++ with the system's package manager, on Debian and Ubuntu: sudo apt install g++";
}

// The documents that are sent to the server: files on a disk in the languages that it reads.
export const LANGUAGES = [
  'python',
  'javascript',
  'javascriptreact',
  'typescript',
  'typescriptreact',
  'rust',
  'go',
  'java',
  'c',
  'cpp',
  'csharp',
  'ruby',
  'php',
  'kotlin',
  'swift',
  'scala',
  'shellscript',
  'lua',
  'sql',
] as const;

export const SELECTOR: { language: string; scheme: string }[] = LANGUAGES.map((language) => ({
  language,
  scheme: 'file',
}));

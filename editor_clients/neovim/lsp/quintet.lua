-- The client's configuration, for `vim.lsp.enable('quintet')`. Loads nothing until a server starts.

local function lazily(module, name)
  return function(...)
    return require('quintet.' .. module)[name](...)
  end
end

-- Commands of code actions and lenses: what they answer is shown by us, and the first is the client's own.
local commands = { ['quintet.client.rewrite'] = lazily('rewrite', 'action') }
for _, name in ipairs({
  'fix',
  'fixInMode',
  'rewrite',
  'runTests',
  'fixTests',
  'reviewChanges',
  'refactor',
  'explain',
  'explainContext',
}) do
  commands['quintet.' .. name] = lazily('ask', 'action')
end

return {
  cmd = lazily('server', 'start'),
  root_dir = lazily('server', 'root_dir'),
  root_markers = {
    'quintet.toml',
    'pyproject.toml',
    'setup.py',
    'package.json',
    'Cargo.toml',
    'go.mod',
    '.git',
  },
  filetypes = {
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
    'cs',
    'ruby',
    'php',
    'kotlin',
    'swift',
    'scala',
    'sbt',
    'sh',
    'bash',
    'bats',
    'lua',
    'sql',
  },
  capabilities = { experimental = { quintet = { preview = true, status = true, trace = true } } },
  handlers = {
    ['quintet/status'] = lazily('handlers', 'status'),
    ['quintet/trace'] = lazily('handlers', 'trace'),
    ['quintet/preview'] = lazily('handlers', 'preview'),
    ['window/showDocument'] = lazily('handlers', 'show_document'),
    ['window/showMessage'] = lazily('handlers', 'show_message'),
    ['workspace/applyEdit'] = lazily('handlers', 'apply_edit'),
  },
  commands = commands,
}

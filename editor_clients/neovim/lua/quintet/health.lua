--- `:checkhealth quintet`: what is there, what is missing, and what to do about it.
local M = {}

local health = vim.health
local DOCTOR_MS, VERSION_MS = 60000, 15000

--- Report on the editor, the server's program, the running server, and what `quintet doctor` finds.
function M.check()
  health.start('Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error('Neovim ' .. version, 'Install Neovim 0.11 or newer.')
  end
  M._enabled()
  local found = M._program()
  M._running()
  if found then
    M._doctor()
  end
end

function M._enabled()
  local sources = vim.api.nvim_get_runtime_file('lsp/quintet.lua', true)
  if not vim.lsp.is_enabled('quintet') then
    health.warn('Quintet is not enabled', "Put vim.lsp.enable('quintet') in your init.lua.")
  elseif #sources > 1 then
    local text = 'several configurations are merged: ' .. table.concat(sources, ', ')
    health.warn(text, 'Keep the one of this plugin.')
  else
    health.ok("enabled by vim.lsp.enable('quintet')")
  end
  local own = vim.lsp.config.quintet and vim.lsp.config.quintet.cmd
  if type(own) == 'table' then
    local program = own[1]
    local say = vim.fn.executable(program) == 1 and health.warn or health.error
    say(
      'the client’s configuration replaces `cmd`: ' .. table.concat(own, ' '),
      'Set vim.g.quintet = { cmd = … } instead, or a missing or broken server will not be reported.'
    )
  end
end

function M._program()
  health.start('Server')
  local server = require('quintet.server')
  local command = server.command()
  local path = vim.fn.exepath(command[1])
  if path == '' then
    health.error(('`%s` was not found'):format(command[1]), {
      'Install Quintet, and put its `quintet` on your PATH.',
      "Or say where it is: vim.g.quintet = { cmd = '/path/to/quintet' }",
    })
    return false
  end
  local said = M._call(M._instead('--version'), VERSION_MS)
  local number = said.code == 0 and said.stdout:match('^quintet%s+(%S+)')
  if number then
    health.ok(('quintet %s (%s)'):format(number, path))
  else
    local words = vim.trim(said.stderr ~= '' and said.stderr or said.stdout)
    health.warn(
      ('%s did not say its version: %s'):format(path, words),
      'Is this the program you mean? Its option `cmd` is told of in :help quintet-options'
    )
  end
  local trouble = server.trouble()
  if trouble then
    health.error(trouble)
  end
  return number ~= nil
end

function M._running()
  local clients = vim.lsp.get_clients({ name = 'quintet' })
  if #clients == 0 then
    health.info('not running now; it starts with the first file that it reads')
  end
  for _, client in ipairs(clients) do
    local info = client.server_info or {}
    local buffers = vim.tbl_count(client.attached_buffers)
    health.ok(('running: version %s, for %s, %d buffers'):format(
      info.version or '?', client.root_dir or 'no folder', buffers)) -- stylua: ignore
    local status = require('quintet.status').of(client.id)
    if status then
      local engine = status.engine ~= '' and status.engine or 'not connected yet'
      health.info(('mode %s, backend %s, engine %s'):format(status.mode, status.backend, engine))
      if status.scripted then
        health.warn('the backend is scripted: its answers were written beforehand, no model is at work')
      end
    end
    if not client.root_dir then
      health.warn('no folder was found for the file', 'Put a quintet.toml into the folder of your project.')
    end
  end
end

-- In the folder of the running server, or else in the current one.
function M._doctor()
  health.start('What `quintet doctor` finds')
  local client = vim.lsp.get_clients({ name = 'quintet' })[1]
  local root = client and client.root_dir or vim.fn.getcwd()
  local command = M._instead('doctor', '--json', '--workspace', root)
  local settings = client and vim.tbl_get(client.settings or {}, 'quintet', 'backend')
  if type(settings) == 'string' then
    vim.list_extend(command, { '--backend', settings })
  end
  local said = M._call(command, DOCTOR_MS)
  local fine, found = pcall(vim.json.decode, said.stdout)
  if not (fine and type(found) == 'table' and found.checks) then
    local why = said.code == 124 and 'no answer within a minute' or vim.trim(said.stderr)
    health.warn('nothing: ' .. why, 'Run it in a terminal: ' .. table.concat(command, ' '))
    return
  end
  for _, check in ipairs(found.checks) do
    local say = { ok = health.ok, warn = health.warn, fail = health.error }
    local text = ('%s: %s'):format(check.name, check.found)
    if check.todo and check.todo ~= '' then
      (say[check.status] or health.info)(text, check.todo)
    else
      (say[check.status] or health.info)(text)
    end
  end
end

-- What starts the server, with other words in place of `serve`.
function M._instead(...)
  local words = {}
  for _, word in ipairs(require('quintet.server').command()) do
    if word == 'serve' then
      break
    end
    words[#words + 1] = word
  end
  return vim.list_extend(words, { ... })
end

function M._call(command, milliseconds)
  local fine, result = pcall(function()
    return vim.system(command, { text = true, timeout = milliseconds }):wait()
  end)
  if not fine then
    return { code = 1, stdout = '', stderr = tostring(result) }
  end
  return { code = result.code, stdout = result.stdout or '', stderr = result.stderr or '' }
end

return M

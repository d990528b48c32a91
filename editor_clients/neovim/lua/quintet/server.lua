--- The life of the server's process: found, started, ended, started again, and never two at a time.
local config = require('quintet.config')
local M = {}

local PATIENCE_MS, LAST_MS = 12000, 3000

--- Milliseconds after which a server that has not answered is told of.
M.silence_ms = 30000

local broken ---@type string? why no further start is tried until the user asks for one
local restarting = false
local waiting = {} ---@type (fun())[] starts that wait until an old server has ended

--- The command line that starts the server.
---@return string[]
function M.command()
  local cmd = config.get().cmd
  return type(cmd) == 'string' and { cmd, 'serve' } or cmd --[[@as string[] ]]
end

--- What keeps the server from being started, in a sentence that says what to do; nil where nothing does.
---@return string?
function M.trouble()
  local program = M.command()[1]
  if type(program) ~= 'string' or vim.fn.executable(program) == 0 then
    return (
      'the server was not found: `%s` is not a program on your PATH. Install it, or say where it is: '
      .. "vim.g.quintet = { cmd = '/path/to/quintet' }. :checkhealth quintet says more."
    ):format(tostring(program))
  end
  return broken
end

--- The folder of a buffer, for `root_dir` of the client's configuration. Starts nothing that cannot run.
---@param buffer integer
---@param on_dir fun(root?: string)
function M.root_dir(buffer, on_dir)
  local trouble = M.trouble()
  if trouble then
    if trouble ~= broken then -- of what broke, the user has been told
      config.say(trouble, vim.log.levels.WARN, true)
    end
    return
  end
  local function go()
    if vim.api.nvim_buf_is_valid(buffer) then
      on_dir(vim.fs.root(buffer, vim.lsp.config.quintet.root_markers or { '.git' }))
    end
  end
  if restarting then
    table.insert(waiting, go)
  else
    go()
  end
end

--- Start the server, for `cmd` of the client's configuration. Errors are one sentence, for `vim.lsp.start`.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@param client? vim.lsp.ClientConfig
---@return vim.lsp.rpc.PublicClient
function M.start(dispatchers, client)
  local trouble = M.trouble()
  if trouble then
    error('Quintet: ' .. trouble, 0)
  end
  client = client or {}
  local state = { ready = false, asked = false, told = false, mark = require('quintet.log').mark() }
  local own = vim.tbl_extend('force', dispatchers, {
    on_exit = function(code, signal)
      vim.schedule(function()
        M._ended(state, code, signal)
      end)
      dispatchers.on_exit(0, 0) -- Neovim would otherwise say it too, with less in it
    end,
  })
  local extra = { cwd = client.cmd_cwd, env = client.cmd_env, detached = client.detached }
  local fine, rpc = pcall(vim.lsp.rpc.start, M.command(), own, extra)
  if not fine then
    local why = vim.trim(tostring(rpc))
    broken = ('the server could not be started: %s. Then run :Quintet restart.'):format(why)
    error('Quintet: ' .. broken, 0)
  end
  vim.defer_fn(function()
    if not (state.ready or state.ended or state.asked) then
      M._tell(state, ('what was started (%s) does not answer'):format(table.concat(M.command(), ' ')))
    end
  end, M.silence_ms)
  return M._watched(rpc, state)
end

--- The same connection, noting whether the server got up and whether it was asked to end.
---@private
function M._watched(rpc, state)
  return setmetatable({
    request = function(method, params, callback, ...)
      state.asked = state.asked or method == 'shutdown'
      local answered = callback
      if method == 'initialize' then
        answered = function(problem, result)
          if problem then
            M._tell(state, 'the server refused to start: ' .. tostring(problem.message))
            return rpc.terminate()
          end
          state.ready, state.told, broken = true, false, nil
          callback(problem, result)
        end
      end
      return rpc.request(method, params, answered, ...)
    end,
    terminate = function(...)
      state.asked = true
      return rpc.terminate(...)
    end,
  }, { __index = rpc })
end

---@private
function M._ended(state, code, signal)
  state.ended = true
  require('quintet.status').forget()
  require('quintet.preview').forget()
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'QuintetExit',
    modeline = false,
    data = { code = code, signal = signal, asked = state.asked },
  })
  if state.asked or state.told or vim.v.exiting ~= vim.NIL then
    return
  end
  local how = signal ~= 0 and ('signal %d'):format(signal) or ('exit code %d'):format(code)
  local what = state.ready and 'the server ended unexpectedly' or 'the server ended as soon as it was started'
  M._tell(state, ('%s (%s)'):format(what, how))
end

---@private
function M._tell(state, what)
  if state.told then
    return
  end
  state.told = true
  local last = require('quintet.log').last(state.mark)
  local text = ('%s%s. :Quintet log shows its last words, :Quintet restart starts it again.'):format(
    what,
    last and (': ' .. last:gsub('%.$', '')) or ''
  )
  if not state.ready then
    broken = text -- or every file that is opened would fail in the same way
  end
  vim.schedule(function()
    config.say(text, vim.log.levels.ERROR)
  end)
end

--- Stop every server of ours, wait until it has ended, then start anew for the buffers that had one.
---@param on_done? fun()
function M.restart(on_done)
  if restarting then
    return config.say('a restart is under way.')
  end
  restarting, broken = true, nil
  local old = vim.lsp.get_clients({ name = 'quintet', _uninitialized = true })
  local before = {}
  for _, client in ipairs(old) do
    before[#before + 1] = { config = client.config, buffers = vim.tbl_keys(client.attached_buffers) }
    client:stop()
  end
  M._when_ended(old, function(ended)
    restarting = false
    local held = waiting
    waiting = {}
    if not ended then
      return config.say('the old server does not end, so no new one was started.', vim.log.levels.ERROR)
    end
    M._start_again(before)
    for _, go in ipairs(held) do
      go()
    end
    if on_done then
      on_done()
    end
  end)
end

---@private
function M._start_again(before)
  local trouble = M.trouble()
  if trouble then
    return config.say(trouble, vim.log.levels.WARN)
  end
  if vim.lsp.is_enabled('quintet') or #before == 0 then
    return vim.lsp.enable('quintet')
  end
  for _, one in ipairs(before) do -- somebody who starts it by their own means
    for _, buffer in ipairs(one.buffers) do
      if vim.api.nvim_buf_is_loaded(buffer) then
        vim.lsp.start(one.config, { bufnr = buffer })
      end
    end
  end
end

---@private
---@param clients vim.lsp.Client[]
---@param done fun(ended: boolean)
function M._when_ended(clients, done)
  local waited, forced = 0, false
  local function look()
    local alive = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, clients)
    if #alive == 0 or waited > PATIENCE_MS + LAST_MS then
      return done(#alive == 0)
    end
    if waited > PATIENCE_MS and not forced then
      forced = true
      for _, client in ipairs(alive) do
        client.rpc.terminate()
      end
    end
    waited = waited + 50
    vim.defer_fn(look, 50)
  end
  look()
end

return M

-- The statusline component: how things stand, what is going on, and how it is ended.
local H = ...
H.write('pyproject.toml', { '' })
H.write('a.py', { 'x = 1' })

local function line()
  return require('quintet').statusline()
end

H.test('nothing where Quintet is not, and nothing is loaded for it', function()
  H.same(line(), '')
  H.same(package.loaded['quintet.status'], nil)
end)

local buffer = H.open('a.py')
H.fake()
local client = H.client()

local function status(more)
  H.notify('quintet/status', vim.tbl_extend('force', {
    mode = 'auto', backend = 'auto', engine = '', scripted = false, busy = false, trusted = true, failing = 0,
    tokens = vim.NIL, outcome = vim.NIL,
  }, more)) -- stylua: ignore
end

H.test('mode and engine, tokens and outcome of the last run, tests that fail', function()
  H.same(line(), 'Quintet')
  status({})
  H.same(line(), 'Quintet auto · auto')
  status({ engine = 'pocket: SmolLM2', tokens = 12345, outcome = 'verified', failing = 2 })
  H.same(line(), 'Quintet auto · pocket: SmolLM2 · ✓ 12.3k tokens · 2 failing')
  status({ trusted = false })
  H.has(line(), 'not trusted')
  H.same(require('quintet').status().trusted, false)
  H.same(require('quintet').statusline(vim.api.nvim_create_buf(false, true)), '')
end)

H.test('a scripted backend says so', function()
  status({ backend = 'scripted:demo', engine = 'scripted: demo', scripted = true })
  H.has(line(), 'SCRIPTED: no model at work')
end)

local function progress(value)
  H.notify('$/progress', { token = 'one', value = value })
end

H.test('what goes on, in any kind of statusline item, and in the echo area where that is wanted', function()
  local drawn = 0
  vim.api.nvim_create_autocmd('User', {
    pattern = 'QuintetStatus',
    callback = function()
      drawn = drawn + 1
    end,
  })
  status({ busy = true })
  H.has(line(), '⟳ working')
  progress({ kind = 'begin', title = 'Fix', cancellable = true })
  H.has(line(), '⟳ Fix')
  progress({ kind = 'report', message = 'Coder: 50 % of\nall ' .. ('x'):rep(100), percentage = 50 })
  H.has(line(), '⟳ 50 per cent Coder: 50 per cent of all xxx')
  assert(vim.fn.strchars(line()) < 110, line())
  assert(drawn >= 3)
  vim.o.statusline = "%{v:lua.require'quintet'.statusline()}"
  H.has(vim.api.nvim_eval_statusline(vim.o.statusline, {}).str, 'Coder')
  require('quintet').setup({ echo = true })
  progress({ kind = 'report', message = 'Tester: hm' })
  require('quintet').setup({ echo = false })
  H.has(line(), 'Tester: hm')
  vim.cmd.redraw()
  local last = ''
  for column = 1, vim.o.columns do
    last = last .. vim.fn.screenstring(vim.o.lines, column)
  end
  H.has(last, 'Quintet: 50% Tester: hm')
end)

H.test('it is ended by the command', function()
  H.ask('answers', { ['quintet.stop'] = { stopped = 1 } })
  vim.cmd('QuintetStop')
  H.told('stopped.')
end)

H.test('a server that has no such command is told by its progress', function()
  client.server_capabilities.executeCommandProvider.commands = { 'fake.heard' }
  H.said = {}
  vim.cmd('Quintet stop')
  H.told('stopped.')
  H.same(H.ask('heard', { method = 'window/workDoneProgress/cancel' }), { { token = 'one' } })
end)

H.test('the end', function()
  progress({ kind = 'end' })
  status({ outcome = 'cancelled' })
  H.same(line(), 'Quintet auto · auto · ⨯')
  H.said = {}
  vim.cmd('Quintet stop')
  H.told('nothing was going on.')
end)

H.test('a server that is gone leaves nothing behind', function()
  progress({ kind = 'begin', title = 'Fix' })
  client:stop()
  H.wait('the end', function()
    return vim.lsp.get_client_by_id(client.id) == nil
  end)
  H.same({ require('quintet').statusline(buffer), require('quintet.status').of(client.id) }, { '' })
  H.same(require('quintet.progress').text(client.id), nil)
end)

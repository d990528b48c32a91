-- Servers that are missing, that are none, that end; and the restart, which never lets two of them overlap.
local H = ...
H.write('pyproject.toml', { '' })
H.write('a.py', { 'x = 1' })
H.write('b.py', { 'x = 1' })
H.write('notes.txt', { 'x' })

local function gone()
  H.wait('the end', function()
    return #vim.lsp.get_clients({ name = 'quintet', _uninitialized = true }) == 0
  end)
end

local function leave()
  for _, client in ipairs(vim.lsp.get_clients({ name = 'quintet', _uninitialized = true })) do
    client:stop(true)
  end
  gone()
  vim.lsp.enable('quintet', false)
  vim.cmd('silent %bwipeout!')
end

local function count(part)
  return #vim.tbl_filter(function(one)
    return one.text:find(part, 1, true) ~= nil
  end, H.said)
end

local function served(says)
  vim.env.FAKE_SAYS = says
  vim.g.quintet = { cmd = { vim.env.PYTHON, vim.env.FAKE, 'serve' } }
  vim.lsp.enable('quintet')
  return H.open('a.py')
end

H.test('not enabled', function()
  H.open('a.py')
  vim.cmd('Quintet tests')
  H.told("not enabled. Put vim.lsp.enable('quintet') in your init.lua")
  vim.cmd('Quintet stop')
  H.told('nothing was going on.')
end)

H.test('a server that is not there: one message that says what to do, however many files are opened', function()
  vim.g.quintet = { cmd = '/nowhere/quintet' }
  vim.lsp.enable('quintet')
  H.open('a.py')
  H.open('b.py')
  vim.wait(100)
  H.same(#H.said, 1)
  H.has(H.said[1].text, "the server was not found: `/nowhere/quintet` is not a program on your PATH.")
  H.has(H.said[1].text, "vim.g.quintet = { cmd = '/path/to/quintet' }")
  H.same(require('quintet').statusline(), 'Quintet ⨯ not running')
  H.said = {}
  vim.cmd('Quintet fix')
  H.told('the server was not found')
  vim.lsp.start(vim.tbl_extend('force', vim.lsp.config.quintet, { root_dir = H.root }))
  H.same(vim.iter(H.said):any(function(one)
    return one.text:find('stack traceback') ~= nil or one.text:find('lua:%d') ~= nil
  end), false)
  leave()
end)

H.test('a server that ends at once: one message with its last words, and no second try by itself', function()
  served('ends')
  H.told('the server ended as soon as it was started (exit code 1): ModuleNotFoundError: No module named')
  H.has(H.said[1].text, ':Quintet log shows its last words, :Quintet restart starts it again.')
  H.open('b.py')
  vim.wait(300)
  H.same(#H.said, 1)
  vim.cmd('Quintet log')
  H.has(table.concat(H.lines(), '\n'), 'ModuleNotFoundError')
  vim.cmd('close')
  vim.env.FAKE_SAYS = ''
  vim.cmd('Quintet restart')
  H.buffer = vim.api.nvim_get_current_buf()
  H.client()
  leave()
end)

H.test('a program that is no server and never answers', function()
  require('quintet.server').silence_ms = 200
  served('prints')
  H.told('does not answer. :Quintet log')
  H.same(#H.said, 1)
  leave()
  require('quintet.server').silence_ms = 30000
end)

H.test('a server that is killed: one message; a restart serves all files again', function()
  local a = served('')
  require('quintet.server').restart() -- forgets what broke before
  H.client()
  H.open('b.py')
  H.client()
  H.said = {}
  local seen
  vim.api.nvim_create_autocmd('User', {
    pattern = 'QuintetExit',
    once = true,
    callback = function(event)
      seen = event.data
    end,
  })
  H.client():request('workspace/executeCommand', { command = 'fake.exit', arguments = { { code = 3 } } }, function() end)
  H.told('the server ended unexpectedly (exit code 3): error   out of ideas. :Quintet log')
  vim.wait(100)
  H.same(#H.said, 1)
  H.same({ seen.code, seen.asked }, { 3, false })
  gone()
  vim.cmd('Quintet tests')
  H.told('the server is not running. :Quintet restart starts it')
  vim.cmd('Quintet restart')
  local client = H.client()
  H.wait('both files', function()
    return vim.tbl_count(client.attached_buffers) == 2
  end)
  assert(vim.lsp.buf_is_attached(a, client.id))
end)

H.test('a restart waits for the old one to end, whatever is opened meanwhile', function()
  vim.env.FAKE_LIVES = vim.fn.tempname()
  vim.fn.mkdir(vim.env.FAKE_LIVES)
  local done = 0
  for _ = 1, 3 do
    local before = H.client().id
    require('quintet.server').restart(function()
      done = done + 1
    end)
    require('quintet.server').restart()
    H.write('c' .. done .. '.py', { '' })
    H.open('c' .. done .. '.py')
    H.wait('the restart', function()
      local now = vim.lsp.get_clients({ name = 'quintet', bufnr = H.buffer })[1]
      return now and now.id ~= before and now.initialized
    end)
  end
  H.same(done, 3)
  H.same(count('a restart is under way'), 3)
  H.same(count('ended'), 0)
  H.same(#vim.lsp.get_clients({ name = 'quintet', _uninitialized = true }), 1)
  local pids = vim.fn.readdir(vim.env.FAKE_LIVES)
  H.same({ #pids, vim.list_contains(pids, 'overlap') }, { 3, false })
end)

H.test('stopped on purpose, nothing is said', function()
  H.said = {}
  vim.lsp.enable('quintet', false)
  gone()
  vim.wait(100)
  H.same(H.said, {})
end)

H.test('somebody who starts it by their own means gets it back too', function()
  local buffer = H.open('a.py')
  vim.lsp.start(vim.tbl_extend('force', vim.lsp.config.quintet, { root_dir = H.root }))
  local before = H.client().id
  vim.cmd('Quintet restart')
  H.wait('the restart', function()
    local now = vim.lsp.get_clients({ name = 'quintet', bufnr = buffer })[1]
    return now and now.id ~= before and now.initialized
  end)
end)

H.test('files that it does not read are left alone', function()
  vim.lsp.enable('quintet')
  vim.wait(100)
  leave()
  vim.lsp.enable('quintet')
  H.open('notes.txt')
  vim.wait(50)
  vim.cmd('Quintet tests')
  H.told('no file that it reads is open (this one is of type "text").')
end)

-- Drives the server from Neovim as a user would, and writes what was seen as JSON to $OUT.
-- nvim --clean --headless -l neovim.lua, with PYTHON, WORKSPACE, BACKEND and OUT in the environment.
vim.cmd('filetype plugin on')
vim.o.fixendofline = false
local root, seen = vim.env.WORKSPACE, { progress = {}, messages = {} }

local function wait(what, condition, ms)
  if not vim.wait(ms or 20000, condition, 10) then
    error(('waited in vain for %s; seen: %s'):format(what, vim.inspect(seen)))
  end
end

local function bytes(path)
  local file = assert(io.open(path, 'rb'))
  local content = file:read('*a')
  file:close()
  return vim.base64.encode(content)
end

-- What the buffer would be as a file, without touching the one it stands for.
local function written(buffer)
  local path = vim.fn.tempname()
  vim.api.nvim_buf_call(buffer, function()
    vim.cmd('silent keepalt noautocmd write! ' .. path)
  end)
  return bytes(path)
end

vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    table.insert(seen.progress, event.data.params.value)
  end,
})
vim.notify = function(text)
  table.insert(seen.messages, text)
end
vim.lsp.handlers['window/showMessage'] = function(_, params)
  table.insert(seen.messages, params.message)
end
vim.ui.select = function(items)
  seen.offered = vim.tbl_map(function(item)
    return item.action.title
  end, items)
end
vim.lsp.config('quintet', {
  cmd = { vim.env.PYTHON, '-m', 'quintet', 'serve' },
  filetypes = { 'python' },
  root_markers = { 'pyproject.toml' },
  init_options = { backend = vim.env.BACKEND, mode = 'fast', test = { command = 'python -m unittest' } },
})
vim.lsp.enable('quintet')

local function run()
  vim.cmd.edit(root .. '/sums.py')
  local source = vim.api.nvim_get_current_buf()
  vim.cmd.split(root .. '/test_sums.py')
  wait('the client', function()
    local clients = vim.lsp.get_clients({ name = 'quintet' })
    return clients[1] and clients[1].initialized and vim.lsp.buf_is_attached(0, clients[1].id)
  end)
  local client = vim.lsp.get_clients({ name = 'quintet' })[1]
  seen.root, seen.encoding = client.root_dir, client.offset_encoding
  seen.before = written(source)

  -- our own diagnostic comes while there is something wrong, and goes again
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'x = (' })
  wait('the diagnostic', function()
    return #vim.diagnostic.get(0) > 0
  end)
  seen.diagnostic = vim.diagnostic.get(0)[1].source
  vim.cmd.undo()
  wait('no diagnostic', function()
    return #vim.diagnostic.get(0) == 0
  end)

  -- another tool's diagnostic in the source is offered a fix when asked as the documentation says
  local other = vim.api.nvim_create_namespace('another-tool')
  vim.diagnostic.set(other, source, { { lnum = 4, col = 0, message = 'suspicious', source = 'another-tool' } })
  vim.api.nvim_win_call(vim.fn.bufwinid(source), function()
    vim.api.nvim_win_set_cursor(0, { 5, 0 })
    local here = vim.diagnostic.get(0, { lnum = vim.fn.line('.') - 1 })
    vim.lsp.buf.code_action({ context = { only = { 'quickfix' }, diagnostics = vim.lsp.diagnostic.from(here) } })
  end)
  wait('the offers', function()
    return seen.offered
  end)
  vim.diagnostic.reset(other, source)

  vim.fn.search('def test_add')
  vim.lsp.buf.code_action({
    context = { only = { 'quickfix' }, diagnostics = {} },
    apply = true,
    filter = function(action)
      return action.title == 'Make test_add pass'
    end,
  })
  wait('the fix', function()
    return vim.bo[source].modified
  end, 240000)
  wait('the end of the progress', function()
    return #seen.progress > 0 and seen.progress[#seen.progress].kind == 'end'
  end)
  seen.fixed = written(source)
  vim.api.nvim_buf_call(source, function()
    vim.cmd('silent undo')
  end)
  seen.undone = written(source)
  seen.disk = bytes(root .. '/sums.py')

  client:stop()
  wait('the end', function()
    return client:is_stopped()
  end)
end

local fine, problem = xpcall(run, debug.traceback)
seen.problem = not fine and problem or nil
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.OUT)
os.exit(fine and 0 or 1)

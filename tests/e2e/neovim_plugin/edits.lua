-- Edits, messages and pages that come from the server; and the offers for a line.
local H = ...
H.write('pyproject.toml', { '' })
H.write('a [1].py', { 'one', 'two', 'é😀x' })
H.write('b.py', { 'one' })
local buffer = H.open('a [1].py')
local uri = vim.uri_from_bufnr(buffer)
local other = vim.uri_from_fname(H.root .. '/b.py')
H.fake()
local client = H.client()

local function replace(where, version, text)
  local range = { start = { line = 0, character = 0 }, ['end'] = { line = 0, character = 3 } }
  return { textDocument = { uri = where, version = version }, edits = { { range = range, newText = text } } }
end

local function answer(method, params)
  local got = H.request(method, params)
  H.wait('the answer', function()
    return got.done
  end)
  return got.result
end

local function edit(...)
  return answer('workspace/applyEdit', { label = 'Fix', edit = { documentChanges = { ... } } })
end

local function version()
  return vim.lsp.util.buf_versions[buffer]
end

H.test('an edit of several files is made, undone in one step, and its end told', function()
  H.same(edit(replace(uri, version(), 'ONE'), replace(other, vim.NIL, 'TWO')).applied, true)
  H.same(H.lines()[1], 'ONE')
  H.same(H.lines(vim.fn.bufnr('b.py'))[1], 'TWO')
  H.same(vim.fn.readfile(H.root .. '/b.py'), { 'one' })
  H.told('2 files were changed and are not yet saved')
  vim.cmd('silent undo')
  H.same(H.lines()[1], 'one')
end)

H.test('an edit for an older text is refused as a whole', function()
  local old = version()
  vim.api.nvim_buf_set_lines(buffer, 3, 3, false, { 'typed meanwhile' })
  local result = edit(replace(other, nil, 'no!'), replace(uri, old, 'no!'))
  H.same(result.applied, false)
  H.has(result.failureReason, 'was edited meanwhile')
  H.same({ H.lines()[1], H.lines(vim.fn.bufnr('b.py'))[1] }, { 'one', 'TWO' })
end)

H.test('so is one for a buffer that may not be modified', function()
  vim.bo.modifiable = false
  local result = edit(replace(uri, version(), 'no!'))
  vim.bo.modifiable = true
  H.same(result.applied, false)
  H.has(result.failureReason, 'may not be modified')
end)

H.test('messages are notifications', function()
  H.notify('window/showMessage', { type = 2, message = 'Quintet: No fix: hm' })
  H.same(H.said, { { text = 'Quintet: No fix: hm', level = vim.log.levels.WARN } })
end)

H.test('questions are answered', function()
  H.choice = 'deep'
  local params = { type = 3, message = 'Which mode?', actions = { { title = 'fast' }, { title = 'deep' } } }
  H.same(answer('window/showMessageRequest', params), { title = 'deep' })
end)

H.test('a page of the server stands beside the code, and is read again each time', function()
  local page = vim.fn.tempname() .. '.md'
  vim.fn.writefile({ '# first' }, page)
  H.same(answer('window/showDocument', { uri = vim.uri_from_fname(page), takeFocus = true }), { success = true })
  H.same({ vim.api.nvim_buf_get_name(0), H.lines()[1], #vim.api.nvim_list_wins() }, { page, '# first', 2 })
  vim.fn.writefile({ '# second' }, page)
  H.same(answer('window/showDocument', { uri = vim.uri_from_fname(page), takeFocus = true }), { success = true })
  H.same({ H.lines()[1], #vim.api.nvim_list_wins(), vim.bo.modifiable }, { '# second', 2, false })
  H.keys('q')
  H.same({ vim.api.nvim_get_current_buf(), #vim.api.nvim_list_wins() }, { buffer, 1 })
  H.same(answer('window/showDocument', { uri = vim.uri_from_fname(page), takeFocus = false }), { success = true })
  H.same({ vim.api.nvim_get_current_buf(), #vim.api.nvim_list_wins() }, { buffer, 2 })
  vim.cmd('only')
end)

H.test('a file of the workspace opens as Neovim opens it', function()
  H.same(answer('window/showDocument', { uri = other, takeFocus = true }), { success = true })
  H.same({ vim.api.nvim_buf_get_name(0), vim.bo.modifiable }, { H.root .. '/b.py', true })
  vim.api.nvim_set_current_buf(buffer)
end)

local function heard()
  local all = H.ask('heard', { method = 'textDocument/codeAction' })
  return all[#all]
end

H.test('a fix is asked for with all diagnostics of the line, wherever they come from', function()
  local linter = vim.api.nvim_create_namespace('linter')
  local utf16 = { start = { line = 2, character = 3 }, ['end'] = { line = 2, character = 4 } } -- of another server
  vim.diagnostic.set(linter, buffer, {
    { lnum = 2, col = 6, end_col = 7, message = 'from a linter', source = 'linter' },
    { lnum = 2, col = 6, end_col = 7, message = 'from a server', code = 7, user_data = { lsp = { message = 'from a server', code = 7, range = utf16 } } },
    { lnum = 0, col = 0, message = 'elsewhere' },
  })
  vim.api.nvim_win_set_cursor(0, { 3, 6 })
  vim.cmd('Quintet fix')
  H.told('nothing to fix here.')
  local context = heard().context
  H.same(vim.tbl_map(function(it)
    return it.message
  end, context.diagnostics), { 'from a linter', 'from a server' })
  local range = { start = { line = 2, character = 6 }, ['end'] = { line = 2, character = 7 } }
  H.same({ context.diagnostics[1].range, context.diagnostics[2].range, context.diagnostics[2].code }, { range, range, 7 })
  H.same({ context.only, context.triggerKind, heard().range.start }, { { 'quickfix' }, 1, range.start })
  vim.cmd('1,3Quintet fix')
  H.wait('three', function()
    return #heard().context.diagnostics == 3
  end)
end)

H.test('one offer is taken, several are chosen from, a disabled one says why', function()
  local fix = { title = 'Fix', kind = 'quickfix', command = { title = 'Fix', command = 'quintet.fix', arguments = { { n = 1 } } } }
  local ready = { title = 'Apply the verified fix', kind = 'quickfix', isPreferred = true,
    edit = { documentChanges = { replace(uri, version(), 'NOW') } } } -- stylua: ignore
  H.ask('answers', { ['textDocument/codeAction'] = { fix }, ['quintet.fix'] = { applied = false } })
  vim.cmd('Quintet fix')
  H.same(H.asked('quintet.fix'), { n = 1 })
  H.ask('answers', { ['textDocument/codeAction'] = { fix, ready } })
  H.choice = 'Apply'
  vim.cmd('Quintet fix')
  H.wait('the edit', function()
    return H.lines()[1] == 'NOW'
  end)
  H.same(H.chosen, { { 'Fix', 'Apply the verified fix' } })
  vim.cmd('silent undo')
  ready.edit.documentChanges[1].textDocument.version = version()
  H.ask('answers', { ['textDocument/codeAction'] = { fix, ready } })
  vim.cmd('Quintet! fix')
  H.wait('the edit', function()
    return H.lines()[1] == 'NOW'
  end)
  vim.cmd('silent undo')
  vim.cmd('Quintet! fix')
  H.told('a [1].py was edited meanwhile. Ask again.')
  H.ask('answers', { ['textDocument/codeAction'] = { { title = 'Fix', disabled = { reason = 'not trusted' } } } })
  vim.cmd('Quintet fix')
  H.told('not trusted')
end)

H.test('an action without edit or command is resolved', function()
  H.ask('answers', {
    ['textDocument/codeAction'] = { { title = 'Fix', data = { n = 2 } } },
    ['codeAction/resolve'] = { title = 'Fix', edit = { documentChanges = { replace(uri, version(), 'RES') } } },
  })
  vim.cmd('Quintet fix')
  H.wait('the edit', function()
    return H.lines()[1] == 'RES'
  end)
  H.same(H.ask('heard', { method = 'codeAction/resolve' })[1].data, { n = 2 })
  H.same(client:is_stopped(), false)
end)

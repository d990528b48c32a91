-- The floating preview: what it shows, which hunks are taken, and how it is refused.
local H = ...
H.write('pyproject.toml', { '' })
H.write('sums.py', { '# 😀', 'def add(a, b):', '    return a - b', '', '', 'def mul(a, b):', '    return a / b' })
local buffer = H.open('sums.py')
local uri = vim.uri_from_bufnr(buffer)
H.fake()
local client = H.client()

local function at(line, from, last, to)
  return { start = { line = line, character = from }, ['end'] = { line = last, character = to } }
end

local function preview(more)
  return vim.tbl_extend('force', {
    id = '1',
    title = 'Make test_add pass',
    label = 'Verified by python -m unittest: exit code 0.',
    verified = true,
    files = {
      {
        uri = uri, path = 'sums.py', created = false, version = 0, after = '',
        hunks = {
          { id = 3, range = at(2, 13, 2, 14), old = '-', new = '+', title = 'add' },
          { id = 4, range = at(6, 0, 7, 0), old = '    return a / b\n', new = '    return a * b\n', title = '' },
        },
      },
      {
        uri = vim.uri_from_fname(H.root .. '/new.lua'), path = 'new.lua', created = true, version = vim.NIL, after = 'return 1\n',
        hunks = { { id = 5, range = at(0, 0, 0, 0), old = '', new = 'return 1\n', title = '' } },
      },
    },
  }, more or {}) -- stylua: ignore
end

local function show(more)
  local got = H.request('quintet/preview', preview(more))
  H.wait('the preview', function()
    return vim.bo.filetype == 'quintetpreview'
  end)
  return got
end

local function answer(got)
  H.wait('the answer', function()
    return got.done
  end)
  H.same(vim.bo.filetype, 'python')
  return got.result
end

H.test('it is a window that shows a unified diff for each hunk, and what proves it', function()
  local got = show()
  H.same(H.lines(), {
    'Verified by python -m unittest: exit code 0.',
    '',
    'sums.py',
    '[x] 1/3  line 3  add',
    ' # 😀',
    ' def add(a, b):',
    '-    return a - b',
    '+    return a + b',
    ' ',
    ' ',
    ' def mul(a, b):',
    '[x] 2/3  line 7',
    ' ',
    ' ',
    ' def mul(a, b):',
    '-    return a / b',
    '+    return a * b',
    '',
    'new.lua  (new file)',
    '[x] 3/3  line 1',
    '+return 1',
  })
  local window = vim.api.nvim_win_get_config(0)
  H.same({ window.relative, window.title[1][1] }, { 'editor', ' Make test_add pass ' })
  H.has(window.footer[1][1], 'apply all')
  H.same(vim.api.nvim_win_get_cursor(0)[1], 4)
  local space = vim.api.nvim_get_namespaces()['quintet.preview']
  local groups = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })) do
    groups[mark[2]] = mark[4].line_hl_group or mark[4].hl_group
  end
  H.same({ groups[0], groups[2], groups[6], groups[7] },
    { 'QuintetVerified', 'QuintetFile', 'QuintetRemoved', 'QuintetAdded' }) -- stylua: ignore
  H.same(vim.bo.modifiable, false)
  H.keys('<CR>')
  H.same(answer(got), { accept = { 3, 4, 5 } })
end)

H.test('the code has the colours of its own language', function()
  local got = show()
  local function syntax(line, column)
    return vim.fn.synIDattr(vim.fn.synID(line, column, 1), 'name')
  end
  H.has(syntax(7, 6), 'python')
  H.has(syntax(21, 3), 'lua')
  H.same(syntax(1, 3), '')
  H.keys('q')
  H.same(answer(got), nil)
end)

H.test('hunks are left out and taken again', function()
  local got = show()
  H.keys('a')
  H.has(vim.api.nvim_get_current_line(), '[ ] 1/3')
  H.has(vim.api.nvim_win_get_config(0).footer[1][1], 'apply 2 of 3')
  H.picture('neovim-preview')
  H.keys(']c')
  H.same(vim.api.nvim_win_get_cursor(0)[1], 12)
  H.keys(']c]c')
  H.same(vim.api.nvim_win_get_cursor(0)[1], 20)
  H.keys('[ca')
  H.keys('<CR>')
  H.same(answer(got), { accept = { 5 } })
  got = show()
  H.keys('A')
  H.has(vim.api.nvim_win_get_config(0).footer[1][1], 'apply nothing')
  H.keys('A')
  H.keys('a')
  H.keys('A')
  H.keys('<CR>')
  H.same(answer(got), { accept = { 3, 4, 5 } })
  got = show()
  H.keys('A<CR>')
  H.same(answer(got), nil)
end)

H.test('its border is the option, or else that of the editor', function()
  for own, corner in pairs({ [''] = '╭', none = '╭', double = '╔' }) do
    vim.o.winborder = own
    local got = show()
    H.same(vim.api.nvim_win_get_config(0).border[1], corner)
    H.keys('q')
    answer(got)
  end
  if pcall(vim.api.nvim_set_option_value, 'winborder', '1,2,3,4,5,6,7,8', {}) then -- from Neovim 0.12 on
    local got = show()
    H.same(vim.api.nvim_win_get_config(0).border[1], '1')
    H.keys('q')
    answer(got)
  end
  vim.o.winborder = 'double'
  require('quintet').setup({ border = 'single' })
  local got = show()
  H.same(vim.api.nvim_win_get_config(0).border[1], '┌')
  H.keys('q')
  answer(got)
  require('quintet').setup({ border = 'rounded' })
  vim.o.winborder = ''
end)

H.test('it stays on the screen when that becomes smaller', function()
  local got, columns = show(), vim.o.columns
  vim.o.columns = 60
  vim.api.nvim_exec_autocmds('VimResized', {})
  local window = vim.api.nvim_win_get_config(0)
  assert(window.col + window.width < 60, vim.inspect(window))
  H.keys('q')
  H.same(answer(got), nil)
  vim.o.columns = columns
  vim.api.nvim_exec_autocmds('VimResized', {})
  H.same(vim.api.nvim_get_autocmds({ event = 'VimResized' }), {})
end)

H.test('the keys are explained', function()
  local got = show()
  local height = vim.api.nvim_win_get_height(0)
  H.keys('?')
  assert(vim.api.nvim_win_get_height(0) > height)
  H.keys('?')
  H.same(vim.api.nvim_win_get_height(0), height)
  H.keys('<Esc>')
  H.same(answer(got), nil)
end)

H.test('any other way out refuses, and a stop does', function()
  local got = show()
  vim.cmd('close')
  H.same(answer(got), nil)
  got = show()
  vim.cmd('Quintet stop')
  H.same(answer(got), nil)
  H.told('stopped.')
end)

H.test('one can look at the code and come back', function()
  local got = show()
  vim.cmd('wincmd p')
  H.same(vim.bo.filetype, 'python')
  vim.cmd('Quintet preview')
  H.same(vim.bo.filetype, 'quintetpreview')
  H.keys('q')
  H.same(answer(got), nil)
  vim.cmd('Quintet preview')
  H.told('no change waits for a choice.')
end)

H.test('what nothing proves says so', function()
  local got = show({ verified = false, title = 'Rewrite (unverified)', label = 'Not verified: ' .. ('no test '):rep(40) })
  H.has(H.lines()[1], 'Not verified: no test')
  local space = vim.api.nvim_get_namespaces()['quintet.preview']
  H.same(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })[1][4].hl_group, 'QuintetUnverified')
  for _, line in ipairs(H.lines()) do
    assert(vim.fn.strdisplaywidth(line) <= vim.api.nvim_win_get_width(0), line)
  end
  H.keys('q')
  answer(got)
end)

H.test('places in a line are counted as the server counts them, and the text as it is typed counts', function()
  vim.api.nvim_buf_set_lines(buffer, 0, 0, false, { 'é = "😀"; x = 1' })
  local hunk = { id = 1, range = at(0, 10, 0, 15), old = 'x = 1', new = 'y = 1', title = '' }
  local text = require('quintet.hunks').unified(hunk, H.lines(buffer), 'utf-16')
  H.same({ text[1], text[2] }, { '-é = "😀"; x = 1', '+é = "😀"; y = 1' })
  H.same(require('quintet.hunks').text_of(uri)[1], 'é = "😀"; x = 1')
  vim.cmd('undo')
end)

H.test('a server that ends takes its preview with it', function()
  show()
  client:request('workspace/executeCommand', { command = 'fake.exit', arguments = { { code = 3 } } }, function() end)
  H.wait('the end', function()
    return vim.bo.filetype == 'python'
  end)
  H.told('the server ended unexpectedly (exit code 3)')
end)

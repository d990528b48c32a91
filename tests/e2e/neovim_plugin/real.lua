-- The real server, without a model: a failing test, its offer, the preview, the verified fix, the story.
local H = ...
H.write('pyproject.toml', { '' })
H.write('sums.py', { '# 😀 sums', '', '', 'def add(a, b):', "    '''😀'''; return a - b" })
H.write('test_sums.py', {
  'import unittest',
  '',
  'from sums import add',
  '',
  '',
  'class TestAdd(unittest.TestCase):',
  '    def test_add(self):',
  '        self.assertEqual(add(2, 3), 5)',
})
vim.g.quintet = { cmd = { vim.env.PYTHON, '-m', 'quintet', 'serve' } }
require('quintet').setup({
  split = 'vertical',
  settings = { backend = 'none', mode = 'fast', preview = 'always', test = { command = 'python -m unittest' } },
})
vim.lsp.enable('quintet')
vim.o.laststatus = 2
vim.o.statusline = '%t %m %= %{v:lua.require("quintet").statusline()} %l:%c'
H.open('test_sums.py')
local client = H.client()
local FIXED = "    '''😀'''; return a + b"

local function sums()
  local buffer = vim.fn.bufnr(H.root .. '/sums.py')
  return buffer > 0 and vim.api.nvim_buf_is_loaded(buffer) and H.lines(buffer)[5] or nil
end

local function trace()
  return table.concat(H.lines(vim.fn.bufnr('quintet://trace')), '\n')
end

H.test('the server says how it stands', function()
  H.wait('the status', function()
    return require('quintet').status() ~= nil
  end)
  H.same(require('quintet').statusline(), 'Quintet fast · none')
  for name in pairs(vim.lsp.config.quintet.commands) do
    if not vim.startswith(name, 'quintet.client.') then
      assert(vim.list_contains(client.server_capabilities.executeCommandProvider.commands, name), name)
    end
  end
end)

H.test('a failing test is made to pass: the preview shows it, <CR> makes it', function()
  vim.fn.search('def test_add')
  vim.cmd('Quintet! fix')
  H.wait('the preview', function()
    return vim.bo.filetype == 'quintetpreview'
  end, 60000)
  local text = table.concat(H.lines(), '\n')
  H.has(text, 'Verified by python -m unittest: exit code 0')
  H.has(text, "-    '''😀'''; return a - b\n+" .. FIXED)
  H.same(sums() == FIXED, false)
  H.picture('neovim-preview')
  H.keys('<CR>')
  H.wait('the fix', function()
    return sums() == FIXED
  end)
  H.told('Verified by python -m unittest')
  H.same(vim.fn.readfile(H.root .. '/sums.py')[5], "    '''😀'''; return a - b")
end)

H.test('the statusline tells what came of it, and the trace tells the story', function()
  H.wait('the end', function()
    return require('quintet').statusline():find('✓') ~= nil
  end)
  vim.cmd('Quintet trace')
  H.has(trace(), '✓ verified')
  H.has(trace(), '◆ Coder')
  H.has(trace(), '✓ Verified')
  H.has(trace(), 'return a + b')
  H.picture('neovim-trace')
  H.keys('q')
end)

H.test('it is undone in one step, and a refused change changes nothing', function()
  vim.api.nvim_buf_call(vim.fn.bufnr(H.root .. '/sums.py'), function()
    vim.cmd('silent undo')
  end)
  H.same(sums() == FIXED, false)
  vim.fn.search('def test_add')
  vim.cmd('Quintet! fix')
  H.wait('the preview', function()
    return vim.bo.filetype == 'quintetpreview'
  end, 60000)
  H.keys('q')
  H.wait('the end', function()
    return not require('quintet').status().busy
  end)
  H.same(sums() == FIXED, false)
end)

H.test('the tests are run, and those that fail are diagnostics', function()
  vim.cmd('Quintet tests')
  H.wait('a diagnostic of the test', function()
    return vim.iter(vim.diagnostic.get(H.buffer)):any(function(it)
      return it.source == 'quintet' and it.code == 'test'
    end)
  end, 60000)
  H.has(require('quintet').statusline(), '1 failing')
end)

H.test('a name is changed everywhere, after a look at it', function()
  vim.fn.cursor(3, 18)
  vim.cmd('Quintet rename plus')
  H.wait('the preview', function()
    return vim.bo.filetype == 'quintetpreview'
  end, 60000)
  H.has(table.concat(H.lines(), '\n'), '+def plus(a, b):')
  H.keys('<CR>')
  H.wait('the question or the change', function()
    return H.lines(H.buffer)[3] == 'from sums import plus'
  end, 60000)
  H.same(H.lines(H.buffer)[8], '        self.assertEqual(plus(2, 3), 5)')
  H.told('2 files were changed and are not yet saved')
  H.wait('the end', function()
    return require('quintet').statusline():find('⟳') == nil
  end)
end)

H.test('what a change has replaced is brought back', function()
  H.choice = 'Rename'
  vim.cmd('Quintet checkpoint')
  H.wait('the old text', function()
    return H.lines(H.buffer)[3] == 'from sums import add'
  end)
end)

H.test('a stop ends what is going on', function()
  H.choice = nil
  vim.api.nvim_buf_set_lines(H.buffer, 6, 7, false, { '    def test_add(self):', '        import time; time.sleep(600)' })
  vim.cmd('silent write')
  vim.cmd('Quintet tests')
  H.wait('the run', function()
    return require('quintet').statusline():find('⟳') ~= nil
  end)
  vim.wait(1000)
  vim.cmd('Quintet stop')
  H.told('stopped.')
  H.wait('the end', function()
    return require('quintet').statusline():find('⟳') == nil
  end, 2000)
end)

H.test('pages stand beside the code', function()
  vim.cmd('Quintet context it subtracts')
  H.wait('the page', function()
    return vim.api.nvim_buf_get_name(0):find('%.md$') ~= nil
  end, 20000)
  H.same(#vim.api.nvim_list_wins(), 2)
  H.keys('q')
  vim.cmd('Quintet patch')
  H.wait('the patch', function()
    return vim.api.nvim_buf_get_name(0):find('%.diff$') ~= nil
  end)
  H.has(table.concat(H.lines(), '\n'), '+' .. FIXED)
  H.keys('q')
end)

H.test('the index obeys', function()
  vim.cmd('Quintet index rebuild')
  H.told('The index is made anew.')
end)

H.test('a restart leaves one server', function()
  vim.cmd('Quintet restart')
  H.wait('the new one', function()
    local now = vim.lsp.get_clients({ name = 'quintet', bufnr = H.buffer })[1]
    return now and now.id ~= client.id and now.initialized
  end, 20000)
  H.same(#vim.lsp.get_clients({ name = 'quintet', _uninitialized = true }), 1)
end)

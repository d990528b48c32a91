-- :checkhealth, :help, and an editor that is too old.
local H = ...
H.write('pyproject.toml', { '' })
H.write('a.py', { 'x = 1' })

local function report()
  vim.cmd('silent checkhealth quintet')
  local text = table.concat(H.lines(), '\n')
  vim.cmd('silent bwipeout!')
  return text
end

H.test('what is missing is said with what to do', function()
  vim.g.quintet = { cmd = '/nowhere/quintet' }
  local text = report()
  H.has(text, 'Quintet is not enabled')
  H.has(text, "Put vim.lsp.enable('quintet') in your init.lua.")
  H.has(text, 'ERROR `/nowhere/quintet` was not found')
end)

H.test('a server that runs, and what its doctor finds', function()
  local program = vim.fn.tempname()
  vim.fn.writefile({ '#!/bin/sh', ('exec "%s" "%s" "$@"'):format(vim.env.PYTHON, vim.env.FAKE) }, program)
  vim.uv.fs_chmod(program, 493)
  vim.g.quintet = { cmd = program }
  vim.lsp.enable('quintet')
  H.open('a.py')
  H.client()
  H.notify('quintet/status', {
    mode = 'auto', backend = 'scripted:x', engine = 'scripted: x', scripted = true, busy = false, trusted = true,
  }) -- stylua: ignore
  local text = report()
  H.has(text, 'OK Neovim 0.')
  H.has(text, "OK enabled by vim.lsp.enable('quintet')")
  H.has(text, 'OK quintet 0.0.0-fake (' .. program .. ')')
  H.has(text, 'OK running: version 0.0.0-fake, for ' .. H.root .. ', 1 buffers')
  H.has(text, 'no model is at work')
  H.has(text, 'WARNING sandbox: none')
  H.has(text, 'install bubblewrap')
  H.has(text, 'OK git: 2.0')
end)

H.test('a server that is started by a whole command line', function()
  vim.g.quintet = { cmd = { vim.env.PYTHON, vim.env.FAKE, 'serve' } }
  local text = report()
  H.has(text, 'OK quintet 0.0.0-fake')
  H.has(text, 'OK git: 2.0')
end)

H.test('a program that is another one', function()
  vim.g.quintet = { cmd = { 'sh', '-c', 'exit 1' } }
  H.has(report(), 'did not say its version')
end)

H.test('the manual is found by its tags, and knows every subcommand, option and mapping', function()
  for _, tag in ipairs({ 'quintet', ':Quintet', 'quintet-options', 'quintet-statusline', '<Plug>(quintet-fix)' }) do
    vim.cmd.help(tag)
    H.has(vim.api.nvim_buf_get_name(0), 'doc/quintet.txt')
  end
  local text = table.concat(H.lines(), '\n')
  vim.cmd.helpclose()
  for name in pairs(require('quintet.subcommands')) do
    H.has(text, ('*:Quintet-%s*'):format(name))
  end
  for _, map in ipairs(vim.api.nvim_get_keymap('n')) do
    if map.lhs:find('^<Plug>%(quintet') then
      H.has(text, map.lhs)
    end
  end
  for name in pairs(require('quintet.config').kinds) do
    H.has(text, ('`%s`'):format(name))
  end
end)

H.test('the tags are those of the manual', function()
  local doc = vim.fn.tempname()
  vim.fn.mkdir(doc)
  vim.uv.fs_copyfile(vim.env.PLUGIN .. '/doc/quintet.txt', doc .. '/quintet.txt')
  vim.cmd.helptags(doc)
  H.same(vim.fn.readfile(vim.env.PLUGIN .. '/doc/tags'), vim.fn.readfile(doc .. '/tags'))
end)

H.test('an editor that is too old is told so, once, and gets no command', function()
  local has = vim.fn.has
  vim.fn.has = function(what)
    return what == 'nvim-0.11' and 0 or has(what)
  end
  vim.g.loaded_quintet = nil
  vim.cmd('delcommand Quintet')
  vim.cmd('runtime plugin/quintet.lua')
  vim.cmd('runtime plugin/quintet.lua')
  vim.fn.has = has
  H.same(#H.said, 1)
  H.told('this Neovim is too old for the plugin, which needs 0.11 or newer.')
  H.same(vim.api.nvim_get_commands({}).Quintet, nil)
end)

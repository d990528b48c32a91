-- The command, the <Plug> mappings and one autocommand. Everything else is loaded when it is first used.

if vim.g.loaded_quintet then
  return
end
vim.g.loaded_quintet = true

if vim.fn.has('nvim-0.11') == 0 then
  local text = 'Quintet: this Neovim is too old for the plugin, which needs 0.11 or newer.'
  vim.notify(text, vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command('Quintet', function(command)
  require('quintet.commands').run(command)
end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'Quintet: repair, tests, review, trace and more; see :help :Quintet',
  complete = function(lead, line, position)
    return require('quintet.commands').complete(lead, line, position)
  end,
})

vim.api.nvim_create_user_command('QuintetStop', 'Quintet stop', { desc = 'Quintet: stop what is going on' })

for name, desc in pairs({
  fix = 'offer fixes for all diagnostics of the line',
  fixtests = 'make the failing tests of this file pass',
  tests = 'run the tests',
  review = 'review the changes',
  rename = 'rename the name at the cursor everywhere',
  rewrite = 'rewrite by an instruction',
  explain = 'explain the line',
  context = 'show what a model would be shown',
  stop = 'stop what is going on',
  trace = 'show what was done and why',
}) do
  local lhs = ('<Plug>(quintet-%s)'):format(name)
  vim.keymap.set('n', lhs, ('<Cmd>Quintet %s<CR>'):format(name), { desc = 'Quintet: ' .. desc })
  if name == 'fix' or name == 'rewrite' then
    vim.keymap.set('x', lhs, (':Quintet %s<CR>'):format(name), { desc = 'Quintet: ' .. desc, silent = true })
  end
end

vim.api.nvim_create_autocmd('LspProgress', {
  group = vim.api.nvim_create_augroup('quintet', {}),
  desc = 'Quintet: what is going on, for the statusline',
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'quintet' then
      require('quintet.progress').hear(client.id, event.data.params)
    end
  end,
})

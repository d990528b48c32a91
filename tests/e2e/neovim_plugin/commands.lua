-- Every subcommand asks the server for the right thing, and shows what it answers.
local H = ...
H.write('pyproject.toml', { '' })
H.write('sums.py', { 'def add(a, b):', '    é = "😀"; return a - b', '', 'print(add(1, 2))' })
local buffer = H.open('sums.py')
local uri = vim.uri_from_bufnr(buffer)
H.fake()
local client = H.client()

H.test('the client says what it can do, and nothing that nobody set', function()
  local params = H.ask('heard', { method = 'initialize' })[1]
  H.same(params.capabilities.experimental.quintet, { preview = true, status = true, trace = true })
  H.same(params.initializationOptions, nil)
  H.same(params.rootUri, vim.uri_from_fname(H.root))
  H.same(H.ask('heard', { method = 'workspace/didChangeConfiguration' }), {})
end)

H.test('settings that were set are sent', function()
  require('quintet').setup({ settings = { mode = 'fast' } })
  H.same(vim.lsp.config.quintet.settings, { quintet = { mode = 'fast' } })
  vim.lsp.config.quintet = {}
end)

H.test('commands without a place', function()
  for line, wanted in pairs({
    ['tests test_add'] = { 'quintet.runTests', { uri = uri, test = 'test_add' } },
    ['fixtests'] = { 'quintet.fixTests', { uri = uri } },
    ['review'] = { 'quintet.reviewChanges', { uri = uri } },
    ['patch 7'] = { 'quintet.showPatch', { id = '7' } },
    ['mode deep'] = { 'quintet.chooseMode', { mode = 'deep' } },
    ['backend openai:http://host/v1#m x'] = { 'quintet.chooseBackend', { backend = 'openai:http://host/v1#m x' } },
    ['checkpoint'] = { 'quintet.restoreCheckpoint', {} },
    ['doctor'] = { 'quintet.doctor', {} },
    ['index pause'] = { 'quintet.index.pause', {} },
  }) do
    vim.cmd('Quintet ' .. line)
    H.same(H.asked(wanted[1]), wanted[2])
  end
end)

H.test('commands at a place', function()
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  vim.cmd('Quintet explain')
  H.same(H.asked('quintet.explain'), { uri = uri, line = 1 })
  vim.cmd('Quintet context it subtracts')
  H.same(H.asked('quintet.explainContext'), { uri = uri, line = 1, issue = 'it subtracts' })
  vim.fn.search('return')
  vim.cmd('Quintet rename give')
  local at = { line = 1, character = #'    é = "😀"; ' }
  H.same(H.asked('quintet.refactor'), { uri = uri, position = at, name = 'give' })
end)

H.test('rewrite takes the selection, in characters or in lines, and asks how', function()
  H.choice = ' more clearly '
  vim.cmd('normal! 2G04lv')
  H.keys('<Esc>')
  vim.cmd("'<,'>Quintet rewrite")
  local one = { start = { line = 1, character = 4 }, ['end'] = { line = 1, character = 6 } }
  H.same(H.asked('quintet.rewrite'), { uri = uri, range = one, instruction = 'more clearly' })
  vim.cmd('1,2Quintet rewrite shorter')
  local lines = { start = { line = 0, character = 0 }, ['end'] = { line = 1, character = #H.lines()[2] } }
  H.same(H.asked('quintet.rewrite'), { uri = uri, range = lines, instruction = 'shorter' })
  vim.cmd('Quintet rewrite the line')
  local line = { start = { line = 1, character = 0 }, ['end'] = { line = 1, character = #H.lines()[2] } }
  H.same(H.asked('quintet.rewrite'), { uri = uri, range = line, instruction = 'the line' })
end)

H.test('the code action for it asks too', function()
  H.choice = 'as a loop'
  client:exec_cmd({ title = '', command = 'quintet.client.rewrite', arguments = { { uri = uri, range = { 1 } } } })
  H.same(H.asked('quintet.rewrite'), { uri = uri, range = { 1 }, instruction = 'as a loop' })
end)

H.test('a lens runs a command as the user would', function()
  H.ask('answers', { ['quintet.index.pause'] = 'The index is paused.' })
  client:exec_cmd({ title = 'Run', command = 'quintet.runTests', arguments = { { uri = uri, test = 'one' } } })
  H.same(H.asked('quintet.runTests'), { uri = uri, test = 'one' })
  vim.cmd('Quintet index pause')
  H.told('The index is paused.')
end)

H.test('findings of a review and places that a rename left are listed', function()
  H.ask('answers', {
    ['quintet.reviewChanges'] = { files = 1, findings = { { uri = uri, line = 1, message = 'subtracts', severity = 2 } } },
    ['quintet.refactor'] = { applied = true, files = 2, edits = 5, left = { { uri = uri, line = 3, why = 'in a text' } } },
  })
  vim.cmd('Quintet review')
  H.told('1 files reviewed, 1 findings.')
  local list = vim.fn.getqflist()
  H.same({ list[1].lnum, list[1].text, list[1].type, list[1].bufnr }, { 2, 'subtracts', 'W', buffer })
  vim.cmd('cclose')
  vim.cmd('Quintet rename x')
  H.told('1 places were left as they were')
  H.same(vim.fn.getqflist()[1].text, 'in a text')
end)

H.test('errors are one sentence, and a cancelled request is none', function()
  H.ask('answers', { ['quintet.doctor'] = { error = { code = -32803, message = 'it cannot.' } } })
  vim.cmd('Quintet doctor')
  H.told('Quintet: it cannot.')
  H.said = {}
  H.ask('answers', { ['quintet.doctor'] = { error = { code = -32800, message = 'cancelled' } } })
  vim.cmd('Quintet doctor')
  H.asked('quintet.doctor')
  vim.wait(50)
  H.same(H.said, {})
end)

H.test('what is not known is told', function()
  vim.cmd('Quintet fly')
  H.told('there is no `fly`. There are: backend, checkpoint,')
  vim.cmd('Quintet index')
  H.told(':Quintet index pause, resume or rebuild.')
  client.server_capabilities.executeCommandProvider.commands = {}
  vim.cmd('Quintet review')
  H.told('this server has no command quintet.reviewChanges: it is older than the plugin.')
  vim.g.quintet = { cmd = vim.g.quintet.cmd, nonsense = 1, echo = 'loud' }
  require('quintet.config').get()
  H.told('there is no option `nonsense`')
  H.told('the option `echo` may not be a string.')
end)

H.test('completion', function()
  H.same(vim.fn.getcompletion('Quintet re', 'cmdline'), { 'rename', 'restart', 'review', 'rewrite' })
  H.same(vim.fn.getcompletion('Quintet index ', 'cmdline'), { 'pause', 'resume', 'rebuild' })
  H.same(vim.fn.getcompletion("'<,'>Quintet mode d", 'cmdline'), { 'deep' })
end)

H.test('a menu without a subcommand, and mappings', function()
  vim.cmd('Quintet')
  assert(#H.chosen[1] > 15, vim.inspect(H.chosen))
  assert(vim.fn.maparg('<Plug>(quintet-fix)', 'n') ~= '' and vim.fn.maparg('<Plug>(quintet-rewrite)', 'x') ~= '')
end)

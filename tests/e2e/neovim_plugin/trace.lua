-- The trace: a run as a timeline that grows while one looks at it.
local H = ...
H.write('pyproject.toml', { '' })
H.write('a.py', { 'x = 1' })
local buffer = H.open('a.py')
H.fake()
H.client()

local function step(more)
  return vim.tbl_extend('force', {
    role = 'coder', mode = 'fast', why = 'a small change\nmay do', summary = '1 of 2 passes', at = 0.5, seconds = 2,
    by_model = true, tokens = { prompt = 100, cached = 40, completion = 7 }, candidates = 5, judged = 2,
    notes = { { at = 0.1, text = 'copies the workspace' }, { at = 0.6, text = 'looks at\nadd' } },
    tries = {
      { number = 1, source = 'template', description = 'a * b', score = 1, passed = 0, failed = 1, plausible = false, message = 'assert 6 == 5' },
      { number = 2, source = 'template', description = 'a + b', score = 1, passed = 1, failed = 0, plausible = true, message = '' },
    },
  }, more or {}) -- stylua: ignore
end

local function story(more)
  return vim.tbl_extend('force', {
    id = 'r1', title = 'Make test_add pass', started = 1700000000, seconds = 2.5, state = 'running', mode = 'auto',
    backend = 'none', sandbox = 'bubblewrap', command = 'python -m unittest', scripted = false, plan = '', reason = '',
    diff = '', tokens = { prompt = 100, cached = 40, completion = 7 },
    task = { kind = 'test', path = 'sums.py', line = 2, issue = '', diagnostic = '', tests = { 'T.test_add' } },
    steps = { step() }, verdict = vim.NIL,
  }, more or {}) -- stylua: ignore
end

local function row(part)
  for number, line in ipairs(H.lines(vim.fn.bufnr('quintet://trace'))) do
    if line:find(part, 1, true) then
      return number
    end
  end
  error(part .. ' is not in the trace: ' .. table.concat(H.lines(vim.fn.bufnr('quintet://trace')), '\n'))
end

H.test('without a run it says so, and shows the one that comes', function()
  vim.cmd('Quintet trace')
  H.same(H.asked('quintet.showTrace'), { show = false })
  H.same(H.lines(), { 'Nothing was run yet. What runs next is shown here.' })
  H.notify('quintet/trace', { story = story() })
  row('Make test_add pass')
  H.keys('q')
end)

H.test('what was done and why stands in the order of time', function()
  H.notify('quintet/trace', { story = story() })
  vim.cmd('Quintet trace')
  H.same(vim.api.nvim_buf_get_name(0), 'quintet://trace')
  local order = {
    'Make test_add pass  ⟳ running', '2.5 s · auto · none · 100 tokens read (40 cached), 7 written', 'sums.py:3',
    'T.test_add', '0.1 s  · copies the workspace', '◆ Coder  fast  ⟳  1 of 2 passes', '│ because a small change', '│ may do', '0.6 s  │ looks at add',
    '2 of 5 candidates judged', '✗ #1 a * b  0 passed, 1 failed  assert 6 == 5', '✓ #2 a + b',
  } -- stylua: ignore
  local rows = vim.tbl_map(row, order)
  H.same(rows, vim.fn.sort(vim.deepcopy(rows), 'n'))
  local space = vim.api.nvim_get_namespaces()['quintet.trace']
  assert(#vim.api.nvim_buf_get_extmarks(0, space, 0, -1, {}) > 8)
end)

H.test('each step is a fold, and what it tried a closed one', function()
  H.same(vim.fn.foldclosed(row('◆ Coder')), -1)
  H.same({ vim.fn.foldlevel(row('◆ Coder')), vim.fn.foldlevel(row('✗ #1')) }, { 1, 2 })
  H.same(vim.fn.foldclosed(row('✓ #2')), row('✗ #1'))
  vim.cmd('wincmd L | vertical resize 40')
  local closed = vim.fn.foldtextresult(row('✗ #1'))
  vim.cmd('wincmd J')
  H.same({ vim.fn.strchars(closed), closed:match('  %(%+1 lines%)$') }, { 40, '  (+1 lines)' })
end)

H.test('it grows while one looks at it; folds and the cursor stay', function()
  vim.api.nvim_win_set_cursor(0, { row('✗ #1'), 0 })
  H.keys('zo')
  local steps = { step(), step({ role = 'tester', at = 3, by_model = false, tries = {}, notes = {}, why = 'to be sure' }) }
  H.notify('quintet/trace', { story = story({ steps = steps, seconds = 3.5 }) })
  row('▣ Tester  fast  by rules  ⟳')
  H.same(vim.fn.foldclosed(row('✗ #1')), -1)
  H.same(vim.api.nvim_win_get_cursor(0)[1], row('✗ #1'))
end)

H.test('it ends with the verdict and the patch', function()
  local ran = { exit_code = 1, passed = 0, failed = 1, seconds = 0.2 }
  H.notify('quintet/trace', {
    story = story({
      state = 'verified',
      diff = '--- a/sums.py\n+++ b/sums.py\n@@ -1 +1 @@\n-a - b\n+a + b\n',
      verdict = {
        verified = true, reason = '', command = 'python -m unittest', level = 'bubblewrap', named = { 'T.test_add' },
        newly_failing = {}, before = ran, after = { exit_code = 0, passed = 1, failed = 0, seconds = 0.2 },
      },
    }),
  }) -- stylua: ignore
  row('Make test_add pass  ✓ verified')
  row('✓ Verified')
  row('before: exit code 1, 0 passed, 1 failed')
  row('after: exit code 0, 1 passed, 0 failed')
  row('+a + b')
  H.same(vim.bo.modifiable, false)
end)

H.test('a scripted run says so at its head', function()
  H.notify('quintet/trace', { story = story({ id = 'r2', scripted = true, steps = {}, state = 'abandoned', reason = 'no idea' }) })
  assert(row('SCRIPTED') <= 2)
  row('no idea')
end)

H.test('it is closed with a key and draws nothing while nobody looks', function()
  H.keys('q')
  H.same(vim.api.nvim_get_current_buf(), buffer)
  local before = H.lines(vim.fn.bufnr('quintet://trace'))
  H.notify('quintet/trace', { story = story({ id = 'r3', title = 'Another' }) })
  H.same(H.lines(vim.fn.bufnr('quintet://trace')), before)
  vim.cmd('Quintet trace')
  row('Another')
end)

H.test('a run that is not known is told of, and the latest is shown', function()
  vim.cmd('Quintet trace gone')
  H.told('there is no run gone')
  row('Another')
  H.notify('quintet/trace', { story = story({ id = 'r3', title = 'And another' }) })
  row('And another')
end)

H.test('it comes back whole after its buffer was deleted', function()
  vim.cmd('bdelete')
  vim.cmd('Quintet trace')
  row('And another')
  H.same({ vim.bo.buftype, vim.bo.swapfile, vim.bo.buflisted }, { 'nofile', false, false })
  H.keys('q')
  H.same(vim.api.nvim_get_current_buf(), buffer)
  vim.cmd('Quintet trace')
end)

H.test('an older run is asked for by its id, or chosen', function()
  local old = story({ id = 'r0', title = 'An old one', state = 'cancelled' })
  H.ask('answers', {
    ['quintet.showTrace'] = { story = old },
    ['quintet.runs'] = { runs = { { id = 'r0', title = 'An old one', started = 1, state = 'cancelled', seconds = 1 } } },
  })
  vim.cmd('Quintet trace r0')
  H.same(H.asked('quintet.showTrace'), { id = 'r0', show = false })
  row('An old one  ⨯ cancelled')
  H.notify('quintet/trace', { story = story({ id = 'r4', title = 'Newer' }) })
  row('An old one')
  vim.cmd('Quintet trace')
  row('Newer')
  H.choice = 'An old one'
  vim.cmd('Quintet runs')
  H.wait('the old one', function()
    return H.lines()[1]:find('An old one') ~= nil
  end)
end)

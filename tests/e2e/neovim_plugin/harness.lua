-- What the scenarios share: the plugin on the path, a workspace, a server to play with, and the list of what held.
-- Started by the test as `nvim --clean --headless` with SCENARIO, PLUGIN, WORKSPACE and OUT in the environment.
local H = { results = {}, said = {}, chosen = {}, root = vim.env.WORKSPACE }

vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.cmd('filetype plugin on')
if #vim.api.nvim_list_uis() == 0 then
  vim.o.columns, vim.o.lines = 120, 40
end
vim.o.swapfile = false

vim.notify = function(text, level)
  table.insert(H.said, { text = text, level = level or vim.log.levels.INFO })
end
local once = {}
vim.notify_once = function(text, level)
  if not once[text] then
    once[text] = true
    vim.notify(text, level)
  end
end
-- Questions are answered with what the scenario put into H.choice: part of an item's text, or a typed text.
vim.ui.select = function(items, options, on_choice)
  local texts = vim.tbl_map(options.format_item or tostring, items)
  table.insert(H.chosen, texts)
  for index, text in ipairs(texts) do
    if H.choice and text:find(H.choice, 1, true) then
      return on_choice(items[index], index)
    end
  end
  on_choice(nil)
end
vim.ui.input = function(_, on_text)
  on_text(H.choice)
end

function H.test(name, run)
  H.said, H.chosen, H.choice = {}, {}, nil
  local fine, problem = xpcall(run, debug.traceback)
  table.insert(H.results, { name = name, problem = not fine and problem or nil })
end

function H.wait(what, condition, ms)
  if not vim.wait(ms or 10000, condition, 10) then
    error(('waited in vain for %s; said: %s'):format(what, vim.inspect(H.said)), 2)
  end
end

function H.same(found, wanted)
  if not vim.deep_equal(found, wanted) then
    error(('found %s, wanted %s'):format(vim.inspect(found), vim.inspect(wanted)), 2)
  end
end

function H.has(text, part)
  if type(text) ~= 'string' or not text:find(part, 1, true) then
    error(('%s does not hold "%s"'):format(vim.inspect(text), part), 2)
  end
end

-- Among what was said, now or soon, is this.
function H.told(part)
  H.wait(part, function()
    return vim.iter(H.said):any(function(one)
      return one.text:find(part, 1, true) ~= nil
    end)
  end)
end

function H.keys(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), 'mx', false)
end

function H.lines(buffer)
  return vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false)
end

function H.write(name, lines)
  vim.fn.writefile(lines, H.root .. '/' .. name)
end

function H.open(name)
  vim.cmd.edit(H.root .. '/' .. name)
  H.buffer = vim.api.nvim_get_current_buf()
  return H.buffer
end

function H.client()
  local found
  H.wait('the client', function()
    found = vim.lsp.get_clients({ name = 'quintet', bufnr = H.buffer })[1]
    return found and found.initialized
  end)
  return found
end

function H.fake()
  vim.g.quintet = { cmd = { vim.env.PYTHON, vim.env.FAKE, 'serve' } }
  vim.lsp.enable('quintet')
end

-- Ask the fake server; its answer. What the editor answers to `fake.request` is in `result`.
function H.ask(command, argument)
  local said = assert(H.client():request_sync('workspace/executeCommand', {
    command = 'fake.' .. command,
    arguments = { argument },
  }, 10000))
  return said.result
end

function H.notify(method, params)
  H.ask('notify', { method = method, params = params })
end

-- Send a request to the editor without waiting; what it answers comes into the table.
function H.request(method, params)
  local got = {}
  local sent = { command = 'fake.request', arguments = { { method = method, params = params } } }
  H.client():request('workspace/executeCommand', sent, function(problem, result)
    got.done, got.result, got.problem = true, result, problem
  end)
  return got
end

-- What the server got as the only argument of a command, the last time.
function H.asked(command)
  local found
  H.wait(command, function()
    for _, params in ipairs(H.ask('heard', { method = 'workspace/executeCommand' })) do
      if params.command == command then
        found = params.arguments[1]
      end
    end
    return found ~= nil
  end)
  return found
end

-- Where somebody draws the screen, a picture of it as it is now.
function H.picture(name)
  if vim.env.PICTURES then
    vim.cmd.redraw()
    vim.wait(100)
    vim.rpcrequest(1, 'picture', name)
  end
end

function H.finish(problem)
  local kept = { results = H.results, problem = problem, errors = vim.v.errmsg }
  vim.fn.writefile({ vim.json.encode(kept) }, vim.env.OUT)
  vim.cmd('qall!')
end

vim.schedule(function()
  local fine, problem = xpcall(function()
    vim.cmd('runtime plugin/quintet.lua')
    assert(loadfile(vim.env.SCENARIO))(H)
  end, debug.traceback)
  H.finish(not fine and problem or nil)
end)

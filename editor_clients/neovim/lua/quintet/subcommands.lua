--- What can be said after :Quintet. Each asks the server or shows something; parsing is done elsewhere.
local ask = require('quintet.ask')
local clients = require('quintet.client')
local config = require('quintet.config')

---@class quintet.Call
---@field buffer integer
---@field args string[] without the subcommand
---@field rest string the same as it was typed
---@field bang boolean
---@field range? { first: integer, last: integer } lines from 1

---@class quintet.Subcommand
---@field desc string
---@field run fun(call: quintet.Call)
---@field complete? string[]

local function here(call)
  return { uri = vim.uri_from_bufnr(call.buffer), line = vim.api.nvim_win_get_cursor(0)[1] - 1 }
end

-- Stop what is going on, and refuse what is shown.
local function stop()
  local count = require('quintet.preview').refuse_all()
  local all = vim.lsp.get_clients({ name = 'quintet' })
  if #all == 0 then
    config.say('nothing was going on.')
  end
  for _, client in ipairs(all) do
    local known = vim.tbl_get(client.server_capabilities, 'executeCommandProvider', 'commands') or {}
    if vim.list_contains(known, 'quintet.stop') then
      clients.execute(client, 'quintet.stop', nil, function(result)
        local stopped = count + (type(result) == 'table' and result.stopped or 0)
        config.say(stopped > 0 and 'stopped.' or 'nothing was going on.')
      end)
    else
      count = count + require('quintet.progress').cancel(client)
      config.say(count > 0 and 'stopped.' or 'nothing was going on.')
    end
  end
end

local function plain(command, desc, argument)
  return {
    desc = desc,
    run = function(call)
      ask.of(call.buffer, command, argument and argument(call) or {})
    end,
  }
end

local function of_file(call)
  return { uri = vim.uri_from_bufnr(call.buffer), test = call.rest ~= '' and call.rest or nil }
end

local INDEX = { 'pause', 'resume', 'rebuild' }

---@type table<string, quintet.Subcommand>
local M = {
  fix = {
    desc = 'offer fixes for all diagnostics of the line; with ! take the best one',
    run = function(call)
      local row = vim.api.nvim_win_get_cursor(0)[1]
      local range = call.range or { first = row, last = row }
      require('quintet.fix').offer(call.buffer, range.first - 1, range.last - 1, call.bang)
    end,
  },
  tests = plain('quintet.runTests', 'run the tests, or the named one', of_file),
  fixtests = plain('quintet.fixTests', 'make the failing tests, or the named one, pass', of_file),
  review = plain('quintet.reviewChanges', 'have the changes reviewed', function(call)
    return { uri = vim.uri_from_bufnr(call.buffer) }
  end),
  rename = {
    desc = 'rename the name at the cursor in the whole workspace',
    run = function(call)
      local client = clients.need(call.buffer)
      if not client then
        return
      end
      local cursor = vim.api.nvim_win_get_cursor(0)
      local argument = {
        uri = vim.uri_from_bufnr(call.buffer),
        position = clients.position(client, call.buffer, cursor[1] - 1, cursor[2]),
      }
      local function go(name)
        if name and vim.trim(name) ~= '' then
          argument.name = vim.trim(name)
          ask.of(call.buffer, 'quintet.refactor', argument)
        end
      end
      if call.rest ~= '' then
        go(call.rest)
      else
        vim.ui.input({ prompt = 'New name: ', default = vim.fn.expand('<cword>') }, go)
      end
    end,
  },
  rewrite = {
    desc = 'rewrite the selection, or the line, by an instruction',
    run = function(call)
      require('quintet.rewrite').run(call.buffer, call.range, call.rest)
    end,
  },
  explain = plain('quintet.explain', 'explain the line', here),
  context = plain('quintet.explainContext', 'show what a model would be shown for the line', function(call)
    return vim.tbl_extend('force', here(call), { issue = call.rest ~= '' and call.rest or nil })
  end),
  stop = { desc = 'stop what is going on', run = stop },
  trace = {
    desc = 'show what was done and why, live',
    run = function(call)
      require('quintet.trace').open(clients.of(call.buffer), call.args[1])
    end,
  },
  runs = {
    desc = 'choose one of the last runs and show its trace',
    run = function(call)
      local client = clients.need(call.buffer)
      if client then
        require('quintet.trace').choose(client)
      end
    end,
  },
  patch = plain('quintet.showPatch', 'show the patch of the last run', function(call)
    return { id = call.args[1] }
  end),
  preview = {
    desc = 'go to the change that waits for your choice',
    run = function()
      if not require('quintet.preview').focus() then
        config.say('no change waits for a choice.')
      end
    end,
  },
  mode = plain('quintet.chooseMode', 'choose how much work a repair may be', function(call)
    return { mode = call.args[1] }
  end),
  backend = plain('quintet.chooseBackend', 'choose the engine', function(call)
    return { backend = call.rest ~= '' and call.rest or nil }
  end),
  checkpoint = plain('quintet.restoreCheckpoint', 'bring back what a change has replaced', function(call)
    return { id = call.args[1] }
  end),
  doctor = plain('quintet.doctor', 'show what the server found on this machine'),
  restart = {
    desc = 'stop the server, wait until it has ended, start it again',
    run = function()
      require('quintet.server').restart()
    end,
  },
  index = {
    desc = 'the index: pause, resume or rebuild',
    complete = INDEX,
    run = function(call)
      if not vim.list_contains(INDEX, call.args[1]) then
        return config.say(':Quintet index pause, resume or rebuild.', vim.log.levels.WARN)
      end
      ask.of(call.buffer, 'quintet.index.' .. call.args[1])
    end,
  },
  log = {
    desc = 'show what the server wrote to its log',
    run = function()
      require('quintet.log').open()
    end,
  },
}
M.mode.complete = { 'auto', 'fast', 'standard', 'deep' }
M.backend.complete = { 'auto', 'pocket', 'none', 'llama_cpp:', 'openai:', 'scripted:' }

return M

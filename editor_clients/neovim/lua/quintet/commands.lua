--- The command :Quintet: its words, its completion, its menu. What the words do is elsewhere.
local config = require('quintet.config')
local subcommands = require('quintet.subcommands')
local M = {}

--- Run `:Quintet`; without a subcommand there is a menu.
---@param command vim.api.keyset.create_user_command.command_args
function M.run(command)
  local name = command.fargs[1]
  local call = {
    buffer = vim.api.nvim_get_current_buf(),
    args = vim.list_slice(command.fargs, 2),
    rest = vim.trim((command.args or ''):match('^%s*%S+%s+(.*)$') or ''),
    bang = command.bang,
    range = command.range > 0 and { first = command.line1, last = command.line2 } or nil,
  }
  if not name then
    return M._menu(call)
  end
  local subcommand = subcommands[name]
  if not subcommand then
    local names = table.concat(M._names(), ', ')
    return config.say(('there is no `%s`. There are: %s.'):format(name, names), vim.log.levels.WARN)
  end
  subcommand.run(call)
end

function M._menu(call)
  local options = {
    prompt = 'Quintet:',
    format_item = function(name)
      return ('%-10s %s'):format(name, subcommands[name].desc)
    end,
  }
  vim.ui.select(M._names(), options, function(name)
    if name then
      subcommands[name].run(call)
    end
  end)
end

--- Completion for `:Quintet`.
---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.complete(lead, line, position)
  local words = vim.split(line:sub(1, position), '%s+')
  local at = vim.iter(ipairs(words)):find(function(_, word)
    return word:find('Quintet!?$')
  end) or 1
  local choices = {}
  if #words - at <= 1 then
    choices = M._names()
  elseif #words - at == 2 then
    local subcommand = subcommands[words[at + 1]]
    choices = subcommand and subcommand.complete or {}
  end
  return vim.tbl_filter(function(choice)
    return vim.startswith(choice, lead)
  end, choices)
end

function M._names()
  return vim.fn.sort(vim.tbl_keys(subcommands))
end

return M

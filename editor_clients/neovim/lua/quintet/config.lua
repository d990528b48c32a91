--- Options of the plugin itself, from `vim.g.quintet` and `setup`. The server's settings are the server's.
local M = {}

---@class quintet.Config
---@field cmd string|string[] how the server is started: a program, or the whole command line
---@field echo boolean show progress in the command line too, not only in the statusline component
---@field split 'auto'|'horizontal'|'vertical'|'tab' where the trace and other pages are opened
---@field border? string border of the preview; by default that of 'winborder', else rounded
---@field width number widest the preview may be, in columns
---@field height number highest the preview may be, as a share of the screen

---@type quintet.Config
local defaults = {
  cmd = { 'quintet', 'serve' },
  echo = false,
  split = 'auto',
  border = nil,
  width = 110,
  height = 0.8,
}
--- What each option may be, by Lua's types.
M.kinds = {
  cmd = { 'string', 'table' },
  echo = { 'boolean' },
  split = { 'string' },
  border = { 'string', 'table' },
  width = { 'number' },
  height = { 'number' },
}

local given = {} ---@type table<string, any>

--- Take options besides those in `vim.g.quintet`.
---@param options table
function M.set(options)
  given = vim.tbl_extend('force', given, options)
end

--- The options as they are now; what does not fit is told once and left out.
---@return quintet.Config
function M.get()
  local set = vim.g.quintet
  local all = vim.tbl_extend('force', {}, type(set) == 'table' and set or {}, given)
  for key, value in pairs(all) do
    local problem = M._problem(key, value)
    if problem then
      M.say(problem, vim.log.levels.WARN, true)
      all[key] = nil
    end
  end
  return vim.tbl_extend('force', defaults, all)
end

function M._problem(key, value)
  local kinds = M.kinds[key]
  if not kinds then
    local names = table.concat(vim.fn.sort(vim.tbl_keys(M.kinds)), ', ')
    return ('there is no option `%s`; the options are %s.'):format(key, names)
  end
  if not vim.list_contains(kinds, type(value)) then
    return ('the option `%s` may not be a %s.'):format(key, type(value))
  end
  return nil
end

--- Say one sentence to the user.
---@param text string
---@param level? integer by default INFO
---@param once? boolean do not say the same again
function M.say(text, level, once)
  local say = once and vim.notify_once or vim.notify
  say('Quintet: ' .. text, level or vim.log.levels.INFO, { title = 'Quintet' })
end

return M

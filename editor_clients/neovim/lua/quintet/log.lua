--- What the server wrote to its log, as far as Neovim's own log file kept it.
local M = {}

local TAIL = 256 * 1024

--- How much was logged until now, to tell later what came after.
---@return integer
function M.mark()
  local found = vim.uv.fs_stat(M.path())
  return found and found.size or 0
end

--- The last lines that the server wrote, oldest first.
---@param since? integer a mark
---@return string[]
function M.lines(since)
  local file = io.open(M.path(), 'rb')
  if not file then
    return {}
  end
  local size = file:seek('end')
  file:seek('set', math.max(0, size - TAIL, math.min(since or 0, size)))
  local text = file:read('*a') or ''
  file:close()
  local found = {}
  local program = vim.pesc(vim.inspect(require('quintet.server').command()[1]))
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local said = line:match('"rpc"%s+' .. program .. '%s+"stderr"%s+(.*)$')
    for each in vim.gsplit(said and M._unquoted(said) or '', '\n', { plain = true, trimempty = true }) do
      found[#found + 1] = M._readable(each)
    end
  end
  return found
end

--- The last thing the server wrote after a mark; nil where it wrote nothing.
---@param since integer
---@return string?
function M.last(since)
  local lines = M.lines(since)
  local last = lines[#lines]
  return last and vim.fn.strcharpart(vim.trim(last), 0, 200) or nil
end

--- Neovim's log of language servers.
---@return string
function M.path()
  return vim.lsp.log.get_filename()
end

--- Show the server's log in a buffer of its own.
function M.open()
  local lines = M.lines()
  if #lines == 0 then
    lines = { 'The server has written nothing.' }
  end
  vim.list_extend(lines, { '', 'All of it, with the other servers’: ' .. M.path() })
  require('quintet.page').scratch('quintet://log', lines)
end

-- A string as vim.inspect writes it.
function M._unquoted(text)
  local inside = text:match('^%s*(["\'].*["\'])%s*$')
  if not inside then
    return text
  end
  local plain = { n = '\n', t = '\t', r = '', ['"'] = '"', ["'"] = "'", ['\\'] = '\\' }
  return (inside:sub(2, -2):gsub('\\(.)', plain))
end

-- One JSON object is a line of the server's log: time, level and words of it; anything else as it is.
function M._readable(line)
  local fine, entry = pcall(vim.json.decode, line)
  if not (fine and type(entry) == 'table' and entry.message) then
    return line
  end
  local time = type(entry.time) == 'number' and os.date('%H:%M:%S', math.floor(entry.time)) or ''
  local more = {}
  for key, value in vim.spairs(entry) do
    if not vim.list_contains({ 'time', 'level', 'logger', 'message', 'trace' }, key) then
      more[#more + 1] = ('%s=%s'):format(key, type(value) == 'string' and value or vim.json.encode(value))
    end
  end
  local text = ('%s %-7s %s %s'):format(time, entry.level or '', entry.message, table.concat(more, ' '))
  local trace = type(entry.trace) == 'string' and '  ' .. entry.trace:gsub('%s*\n%s*', ' | ') or ''
  return (vim.trim(text) .. trace):gsub('\n', ' ')
end

return M

--- How things stand, as the server last said, and the piece of statusline made of it.
local M = {}

local known = {} ---@type table<integer, table> by the client's id
local MARKS = { verified = '✓', unverified = '?', abandoned = '–', cancelled = '⨯' }

--- Take what a server says of itself.
---@param client_id integer
---@param status table
function M.hear(client_id, status)
  known[client_id] = status
  M.changed()
end

--- What a server last said; nil before it has said anything.
---@param client_id integer
---@return table?
function M.of(client_id)
  return known[client_id]
end

--- Forget what is known of servers that have ended.
function M.forget()
  for id in pairs(known) do
    if not vim.lsp.get_client_by_id(id) or vim.lsp.get_client_by_id(id):is_stopped() then
      known[id] = nil
      require('quintet.progress').forget(id)
    end
  end
  M.changed()
end

--- Have the statusline drawn again, and tell those who draw their own.
function M.changed()
  vim.api.nvim_exec_autocmds('User', { pattern = 'QuintetStatus', modeline = false })
  vim.cmd.redrawstatus({ bang = true })
end

--- The piece of statusline for a buffer.
---@param buffer integer
---@return string
function M.text(buffer)
  local client = vim.lsp.get_clients({ name = 'quintet', bufnr = buffer })[1]
  if not client then
    local read = vim.lsp.config.quintet and vim.lsp.config.quintet.filetypes or {}
    local wanted = vim.lsp.is_enabled('quintet') and vim.list_contains(read, vim.bo[buffer].filetype)
    return wanted and require('quintet.server').trouble() and 'Quintet ⨯ not running' or ''
  end
  local text = table.concat(M._parts(client.id), ' · ')
  return (text:gsub('%s*%%', ' per cent'):gsub('[%c]', ' '))
end

---@private
function M._parts(client_id)
  local status = known[client_id]
  local doing = require('quintet.progress').text(client_id)
  if not status then
    return doing and { 'Quintet', doing } or { 'Quintet' }
  end
  local parts = { 'Quintet ' .. (status.mode or '') }
  if status.scripted then
    parts[#parts + 1] = 'SCRIPTED: no model at work'
  else
    parts[#parts + 1] = (status.engine or '') ~= '' and status.engine or status.backend
  end
  if status.trusted == false then
    parts[#parts + 1] = 'not trusted, runs nothing'
  end
  if doing or status.busy then
    parts[#parts + 1] = '⟳ ' .. (doing or 'working')
  elseif status.outcome then
    local spent = status.tokens or 0
    local tokens = spent > 0 and (' %s tokens'):format(M.count(spent)) or ''
    parts[#parts + 1] = (MARKS[status.outcome] or status.outcome) .. tokens
  end
  if (status.failing or 0) > 0 then
    parts[#parts + 1] = ('%d failing'):format(status.failing)
  end
  return parts
end

--- A number as one reads it at a glance.
---@param number integer
---@return string
function M.count(number)
  if number < 1000 then
    return tostring(number)
  end
  return number < 1e6 and ('%.1fk'):format(number / 1e3) or ('%.1fM'):format(number / 1e6)
end

return M

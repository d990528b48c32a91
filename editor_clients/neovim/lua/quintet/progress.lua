--- What is going on at this moment, from work-done progress, and how it is ended.
local M = {}

---@class quintet.Work
---@field token string|integer
---@field title string
---@field message? string
---@field percentage? number

local work = {} ---@type table<integer, quintet.Work[]> by the client's id, oldest first
local LONGEST = 60

--- Take one progress notification.
---@param client_id integer
---@param params lsp.ProgressParams
function M.hear(client_id, params)
  local value = params.value
  if type(value) ~= 'table' or not value.kind then
    return
  end
  local all = work[client_id] or {}
  work[client_id] = all
  local index = M._index(all, params.token)
  if value.kind == 'begin' and not index then
    all[#all + 1] = { token = params.token }
    index = #all
  end
  if index and value.kind == 'end' then
    table.remove(all, index)
  elseif index then
    local one = all[index]
    one.title = value.title or one.title
    one.message = value.message or one.message
    one.percentage = value.percentage or one.percentage
  end
  M._echo(client_id, value)
  require('quintet.status').changed()
end

--- What goes on, in a few words; nil where nothing does.
---@param client_id integer
---@return string?
function M.text(client_id)
  local all = work[client_id] or {}
  local one = all[#all]
  if not one then
    return nil
  end
  local text = one.message or one.title or ''
  if vim.fn.strchars(text) > LONGEST then
    text = vim.fn.strcharpart(text, 0, LONGEST - 1) .. '…'
  end
  return one.percentage and ('%d%% %s'):format(one.percentage, text) or text
end

--- End everything by cancelling its progress, for servers that have no command for it.
---@param client vim.lsp.Client
---@return integer count of what was ended
function M.cancel(client)
  local all = work[client.id] or {}
  for _, one in ipairs(all) do
    client:notify('window/workDoneProgress/cancel', { token = one.token })
  end
  return #all
end

--- Forget what a server that has ended was doing.
---@param client_id integer
function M.forget(client_id)
  work[client_id] = nil
end

function M._index(all, token)
  for index, one in ipairs(all) do
    if one.token == token then
      return index
    end
  end
  return nil
end

-- In the command line, cut to fit: nothing that has to be answered with a key.
function M._echo(client_id, value)
  if not require('quintet.config').get().echo then
    return
  end
  local text = value.kind == 'end' and (value.message or '') or M.text(client_id) or ''
  local room = math.max(vim.v.echospace - 1, 1)
  text = vim.fn.strcharpart('Quintet: ' .. text:gsub('%c', ' '), 0, room)
  vim.api.nvim_echo({ { text } }, false, {})
end

return M

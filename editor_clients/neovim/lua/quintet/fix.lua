--- The offers for a line: all its diagnostics are sent along, whichever server or linter reported them.
local config = require('quintet.config')
local clients = require('quintet.client')
local M = {}

--- Ask for fixes and let the user choose; a single one, or with `first` the best one, is taken at once.
---@param buffer integer
---@param first_row integer from 0
---@param last_row integer from 0, included
---@param first boolean
function M.offer(buffer, first_row, last_row, first)
  local client = clients.need(buffer)
  if not client then
    return
  end
  local last_line = vim.api.nvim_buf_get_lines(buffer, last_row, last_row + 1, false)[1] or ''
  local here = first_row == last_row and vim.api.nvim_win_get_cursor(0)[2] or 0
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = {
      start = clients.position(client, buffer, first_row, here),
      ['end'] = clients.position(client, buffer, last_row, first_row == last_row and here or #last_line),
    },
    context = {
      only = { 'quickfix' },
      triggerKind = 1,
      diagnostics = M.diagnostics(client, buffer, first_row, last_row),
    },
  }
  client:request('textDocument/codeAction', params, function(problem, actions)
    if problem then
      return clients.complain(problem)
    end
    M._choose(client, buffer, clients.plain(actions) or {}, first)
  end, buffer)
end

--- The diagnostics of some lines, with places as this server counts them.
---@param client vim.lsp.Client
---@param buffer integer
---@param first_row integer
---@param last_row integer
---@return lsp.Diagnostic[]
function M.diagnostics(client, buffer, first_row, last_row)
  local found = vim.tbl_filter(function(diagnostic)
    return diagnostic.lnum <= last_row and (diagnostic.end_lnum or diagnostic.lnum) >= first_row
  end, vim.diagnostic.get(buffer))
  return vim.tbl_map(function(diagnostic)
    local one = vim.deepcopy(vim.lsp.diagnostic.from({ diagnostic })[1])
    one.range = {
      start = clients.position(client, buffer, diagnostic.lnum, diagnostic.col),
      ['end'] = clients.position(
        client,
        buffer,
        diagnostic.end_lnum or diagnostic.lnum,
        diagnostic.end_col or diagnostic.col
      ),
    }
    return one
  end, found)
end

function M._choose(client, buffer, actions, first)
  local usable, reason = {}, nil
  for _, action in ipairs(actions) do
    if type(action.disabled) == 'table' then
      reason = action.disabled.reason
    else
      usable[#usable + 1] = action
    end
  end
  if #usable == 0 then
    return config.say(reason or 'nothing to fix here.')
  end
  if first or #usable == 1 then
    local best = vim.iter(usable):find(function(action)
      return action.isPreferred == true
    end)
    return M.apply(client, buffer, best or usable[1])
  end
  local options = {
    prompt = 'Quintet:',
    kind = 'codeaction',
    format_item = function(action)
      return (action.title:gsub('[\r\n]+', ' '))
    end,
  }
  vim.ui.select(usable, options, function(action)
    if action then
      M.apply(client, buffer, action)
    end
  end)
end

--- Do what an action says: an edit, a command, or what the server makes of it when it is asked.
---@param client vim.lsp.Client
---@param buffer integer
---@param action lsp.CodeAction
function M.apply(client, buffer, action)
  if type(action.command) == 'string' then
    return client:exec_cmd(action --[[@as lsp.Command]], { bufnr = buffer })
  end
  if action.edit or action.command then
    if action.edit and not M._edit(client, action) then
      return
    end
    return action.command and client:exec_cmd(action.command, { bufnr = buffer })
  end
  client:request('codeAction/resolve', action, function(problem, resolved)
    if problem then
      return clients.complain(problem)
    end
    if resolved and resolved.edit then
      M._edit(client, resolved)
    end
  end, buffer)
end

function M._edit(client, action)
  local ctx = { client_id = client.id, method = 'workspace/applyEdit' }
  local result = require('quintet.handlers').apply_edit(nil, { edit = action.edit }, ctx)
  if not result.applied then
    config.say(('nothing was changed: %s. Ask again.'):format(result.failureReason), vim.log.levels.WARN)
  end
  return result.applied
end

return M

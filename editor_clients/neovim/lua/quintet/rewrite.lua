--- Code is rewritten as its user says: what is selected, and how it shall become.
local ask = require('quintet.ask')
local clients = require('quintet.client')
local M = {}

--- Rewrite lines of a buffer, or the characters that were selected in them.
---@param buffer integer
---@param range? { first: integer, last: integer } lines from 1; without one the cursor's line
---@param instruction string asked for where it is empty
function M.run(buffer, range, instruction)
  local client = clients.need(buffer)
  if client then
    local place = { uri = vim.uri_from_bufnr(buffer), range = M.selection(client, buffer, range) }
    M._go(client, place, instruction)
  end
end

--- The code action for it, whose instruction is asked for here: a command of the client's own.
---@param command lsp.Command
---@param ctx { client_id: integer }
function M.action(command, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  if client then
    M._go(client, vim.deepcopy((command.arguments or {})[1] or {}), '')
  end
end

--- The characters that were selected where they were selected one by one, else whole lines.
---@param client vim.lsp.Client
---@param buffer integer
---@param range? { first: integer, last: integer }
---@return lsp.Range
function M.selection(client, buffer, range)
  local from, to = 0, math.huge
  local start, stop = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  if not range then -- what was once selected in this line is not meant
    local row = vim.api.nvim_win_get_cursor(0)[1]
    range = { first = row, last = row }
  elseif vim.fn.visualmode() == 'v' and start[2] == range.first and stop[2] == range.last then
    local line = vim.api.nvim_buf_get_lines(buffer, range.last - 1, range.last, false)[1] or ''
    from = start[3] - 1
    to = stop[3] - 1
    if vim.o.selection ~= 'exclusive' and to < #line then
      to = to + 1 + vim.str_utf_end(line, to + 1) -- the last character is selected too, all of its bytes
    end
  end
  return {
    start = clients.position(client, buffer, range.first - 1, from),
    ['end'] = clients.position(client, buffer, range.last - 1, to),
  }
end

function M._go(client, place, instruction)
  if instruction ~= '' then
    place.instruction = instruction
    return ask.client(client, 'quintet.rewrite', place)
  end
  vim.ui.input({ prompt = 'Rewrite, how? ' }, function(text)
    if text and vim.trim(text) ~= '' then
      M._go(client, place, vim.trim(text))
    end
  end)
end

return M

--- The server is asked for one of its commands, and what it answers is shown.
local answers = require('quintet.answers')
local clients = require('quintet.client')
local M = {}

--- Ask the server of a buffer; without one the user is told why.
---@param buffer integer
---@param command string its full name
---@param argument? table
function M.of(buffer, command, argument)
  local client = clients.need(buffer)
  if client then
    M.client(client, command, argument)
  end
end

--- Ask a server.
---@param client vim.lsp.Client
---@param command string
---@param argument? table
function M.client(client, command, argument)
  clients.execute(client, command, argument, function(result)
    answers.show(command, result)
  end)
end

--- A command that came with a code action or a lens, for `commands` of the client's configuration.
---@param command lsp.Command
---@param ctx { client_id: integer }
function M.action(command, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  if client then
    M.client(client, command.command, (command.arguments or {})[1])
  end
end

return M

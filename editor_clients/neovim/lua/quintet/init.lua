--- What a user's own configuration may call. All of it is optional: `vim.lsp.enable('quintet')` is enough.
local M = {}

--- Set options of the plugin, the same as in `vim.g.quintet`; `settings` goes to the server.
---@param options? table see |quintet-options|; `settings` is what would be `settings.quintet` of the client
function M.setup(options)
  options = vim.deepcopy(options or {})
  if options.settings then
    vim.lsp.config('quintet', { settings = { quintet = options.settings } })
    options.settings = nil
  end
  require('quintet.config').set(options)
end

--- A piece of statusline: mode, engine, what is going on, tokens of the last run. Empty where Quintet is not.
---@param buffer? integer by default the buffer whose statusline is drawn
---@return string without percent signs, so that it may stand in any kind of item
function M.statusline(buffer)
  if not package.loaded['quintet.server'] then
    return '' -- no server was started yet, and drawing a statusline shall not load one
  end
  return require('quintet.status').text(buffer or vim.api.nvim_get_current_buf())
end

--- What the server last said of itself.
---@param buffer? integer
---@return table? status mode, backend, engine, scripted, busy, tokens, outcome, trusted, failing
function M.status(buffer)
  local client = require('quintet.client').of(buffer or vim.api.nvim_get_current_buf())
  return client and require('quintet.status').of(client.id) or nil
end

--- Run a subcommand of |:Quintet|.
---@param name string
---@param ... string its arguments
function M.run(name, ...)
  vim.cmd.Quintet({ args = { name, ... } })
end

--- Stop what is going on.
function M.stop()
  M.run('stop')
end

--- Stop the server, wait until it has ended, and start it again.
function M.restart()
  require('quintet.server').restart()
end

return M

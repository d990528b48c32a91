--- What the server says and asks, handed to whoever draws it. Answers are LSP results; drawing is elsewhere.
local clients = require('quintet.client')
local M = {}

--- `quintet/status`: how things stand.
function M.status(_, params, ctx)
  require('quintet.status').hear(ctx.client_id, clients.plain(params))
end

--- `quintet/trace`: a run as far as it is known.
function M.trace(_, params)
  require('quintet.trace').hear(clients.plain(params.story))
end

--- `quintet/preview`: a change to be shown before it is made. The answer is which hunks its user takes.
function M.preview(_, params, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local thread = coroutine.running()
  require('quintet.preview').open(clients.plain(params), client, function(accepted)
    vim.schedule(function()
      coroutine.resume(thread, accepted)
    end)
  end)
  local accepted = coroutine.yield()
  return #accepted > 0 and { accept = accepted } or vim.NIL
end

--- `window/showDocument`: a page of the server's stands beside the code, and is read again each time.
function M.show_document(problem, params, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  local path = vim.startswith(params.uri, 'file:') and vim.uri_to_fname(params.uri)
  local ours = path and not (client and client.root_dir and vim.fs.relpath(client.root_dir, path))
  if params.external == true or not ours or not vim.uv.fs_stat(path) then
    return vim.lsp.handlers['window/showDocument'](problem, params, ctx)
  end
  require('quintet.page').file(path, clients.plain(params.takeFocus))
  return { success = true }
end

--- `window/showMessage`: as a notification, which says by itself whose it is.
function M.show_message(_, params)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.DEBUG }
  vim.notify(params.message, levels[params.type] or vim.log.levels.INFO, { title = 'Quintet' })
end

--- `workspace/applyEdit`: all of it or nothing. Neovim itself leaves out what is for an older text, makes the
--- rest, and says that it made everything.
function M.apply_edit(problem, params, ctx)
  local changed = {}
  for _, change in ipairs(params.edit.documentChanges or {}) do
    local reason = change.textDocument and M._refusal(change.textDocument, changed)
    if reason then
      return { applied = false, failureReason = reason }
    end
  end
  local edit = { edit = params.edit } -- without its label, which Neovim would print
  local result = vim.lsp.handlers['workspace/applyEdit'](problem, edit, ctx)
  if result.applied and #changed > 1 then
    local text = '%d files were changed and are not yet saved; :wall saves them.'
    require('quintet.config').say(text:format(#changed))
  end
  return result
end

---@param document lsp.OptionalVersionedTextDocumentIdentifier
---@param changed string[] gets the document's name
---@return string? reason why it cannot be changed
function M._refusal(document, changed)
  local name = vim.fn.fnamemodify(vim.uri_to_fname(document.uri), ':.')
  changed[#changed + 1] = name
  local buffer = clients.buffer_of(document.uri)
  if not buffer then
    return nil
  end
  if type(document.version) == 'number' and vim.lsp.util.buf_versions[buffer] ~= document.version then
    return ('%s was edited meanwhile'):format(name)
  end
  if not vim.bo[buffer].modifiable then
    return ('%s may not be modified here'):format(name)
  end
  return nil
end

return M

--- Which server a buffer talks to, and how it is asked to do something. Knows no command.
local config = require('quintet.config')
local M = {}

local CANCELLED, MODIFIED, SERVER_CANCELLED = -32800, -32801, -32802

--- The running client for a buffer; for one that has none (a page, the trace), the only or the latest one.
---@param buffer integer
---@return vim.lsp.Client?
function M.of(buffer)
  local attached = vim.lsp.get_clients({ name = 'quintet', bufnr = buffer })
  local all = #attached > 0 and attached or vim.lsp.get_clients({ name = 'quintet' })
  return all[#all]
end

--- The client for a buffer; without one the user is told why.
---@param buffer integer
---@return vim.lsp.Client?
function M.need(buffer)
  local client = M.of(buffer)
  if not client then
    config.say(M.absence(buffer), vim.log.levels.WARN)
  end
  return client
end

--- Why there is no server, and what to do about it.
---@param buffer integer
---@return string
function M.absence(buffer)
  if not vim.lsp.is_enabled('quintet') then
    return "not enabled. Put vim.lsp.enable('quintet') in your init.lua, or run it now."
  end
  local trouble = require('quintet.server').trouble()
  if trouble then
    return trouble
  end
  if #vim.lsp.get_clients({ name = 'quintet', _uninitialized = true }) > 0 then
    return 'the server is starting; try again in a moment.'
  end
  local filetypes = vim.lsp.config.quintet.filetypes or {}
  if not vim.list_contains(filetypes, vim.bo[buffer].filetype) then
    return ('no file that it reads is open (this one is of type "%s").'):format(vim.bo[buffer].filetype)
  end
  return 'the server is not running. :Quintet restart starts it; :checkhealth quintet says more.'
end

--- Ask the server to run one of its commands.
---@param client vim.lsp.Client
---@param command string its full name
---@param argument? table the one object it takes
---@param on_result? fun(result: any) called where it succeeded
function M.execute(client, command, argument, on_result)
  local known = vim.tbl_get(client.server_capabilities or {}, 'executeCommandProvider', 'commands') or {}
  if not vim.list_contains(known, command) then
    config.say(
      ('this server has no command %s: it is older than the plugin. Upgrade it.'):format(command),
      vim.log.levels.WARN
    )
    return
  end
  if not argument or vim.tbl_isempty(argument) then
    argument = vim.empty_dict()
  end
  local params = { command = command, arguments = { argument } }
  client:request('workspace/executeCommand', params, function(problem, result)
    if problem then
      M.complain(problem)
    elseif on_result then
      on_result(M.plain(result))
    end
  end)
end

--- A value from the wire without its nulls: what is not there is nil, as in Neovim 0.11 but not in the next.
---@generic T
---@param value T
---@return T?
function M.plain(value)
  if value == vim.NIL then
    return nil
  end
  if type(value) ~= 'table' then
    return value
  end
  local kept = setmetatable({}, getmetatable(value)) -- an empty object is not an empty list
  for key, each in pairs(value) do
    kept[key] = M.plain(each)
  end
  return kept
end

--- Show a request's error, unless it only says that somebody wanted it to end.
---@param problem lsp.ResponseError
function M.complain(problem)
  local quiet = { [CANCELLED] = true, [MODIFIED] = true, [SERVER_CANCELLED] = true }
  if not quiet[problem.code] then
    config.say(problem.message, vim.log.levels.ERROR)
  end
end

--- The loaded buffer of a document; nil where there is none. Unlike Neovim's own look-ups it makes none.
---@param uri string
---@return integer?
function M.buffer_of(uri)
  local path = vim.fs.normalize(vim.uri_to_fname(uri))
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.fs.normalize(vim.api.nvim_buf_get_name(buffer)) == path then
      return buffer
    end
  end
  return nil
end

--- A place in a text as the server counts it.
---@param client vim.lsp.Client
---@param buffer integer
---@param row integer from 0
---@param byte integer from 0; past the end of the line is its end
---@return lsp.Position
function M.position(client, buffer, row, byte)
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''
  local character = vim.str_utfindex(line, client.offset_encoding, math.min(byte, #line), false)
  return { line = row, character = character }
end

return M

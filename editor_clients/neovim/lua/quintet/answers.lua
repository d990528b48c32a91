--- What is shown of the server's answers to its commands, beyond what it says by itself. Asks nothing.
local config = require('quintet.config')
local M = {}

--- Show an answer, if there is something to be shown of it.
---@param command string
---@param result any
function M.show(command, result)
  if M[command] and result ~= nil then
    M[command](result)
  end
end

function M._list(title, items)
  vim.fn.setqflist({}, ' ', { title = title, items = items })
end

M['quintet.reviewChanges'] = function(result)
  local findings = result.findings or {}
  local items = vim.tbl_map(function(finding)
    return {
      filename = vim.uri_to_fname(finding.uri),
      lnum = (finding.line or 0) + 1,
      col = 1,
      text = finding.message,
      type = ({ 'E', 'W', 'I', 'N' })[tonumber(finding.severity) or 2] or 'W',
    }
  end, findings)
  M._list('Quintet review', items)
  config.say(('%d files reviewed, %d findings.'):format(result.files or 0, #findings))
  if #findings > 0 then
    vim.cmd('botright copen')
  end
end

M['quintet.refactor'] = function(result)
  local left = result.left or {}
  if #left == 0 then
    return
  end
  local items = vim.tbl_map(function(place)
    local path = vim.uri_to_fname(place.uri)
    return { filename = path, lnum = (place.line or 0) + 1, col = 1, text = place.why }
  end, left)
  M._list('Quintet: left as it was', items)
  config.say(('%d places were left as they were: they are in the quickfix list.'):format(#left))
end

local function say_text(result)
  if type(result) == 'string' and result ~= '' then
    config.say(result)
  end
end
for _, name in ipairs({ 'index.pause', 'index.resume', 'index.rebuild' }) do
  M['quintet.' .. name] = say_text
end
M['quintet.chooseMode'] = function(result)
  if type(result) == 'table' and result.mode then
    config.say('mode ' .. result.mode)
  end
end
M['quintet.chooseBackend'] = function(result)
  if type(result) == 'table' and result.backend then
    config.say('backend ' .. result.backend)
  end
end

return M

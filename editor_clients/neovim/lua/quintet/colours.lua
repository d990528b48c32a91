--- The highlight groups of the preview and the trace.
local M = {}

local LINKS = {
  QuintetAdded = 'DiffAdd',
  QuintetRemoved = 'DiffDelete',
  QuintetHunk = 'Title',
  QuintetLeft = 'Comment',
  QuintetTitle = 'Title',
  QuintetRole = 'Function',
  QuintetTime = 'Number',
  QuintetBusy = 'DiagnosticInfo',
  QuintetAddedText = 'Added',
  QuintetRemovedText = 'Removed',
  QuintetFile = 'Directory',
  QuintetVerified = 'DiagnosticOk',
  QuintetUnverified = 'DiagnosticWarn',
  QuintetHint = 'Comment',
}

--- Link them, where no colour scheme has set them.
function M.link()
  for group, link in pairs(LINKS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

return M

--- How a preview looks: its window, its colours. Knows neither keys nor what becomes of it.
local M = {}

local namespace = vim.api.nvim_create_namespace('quintet.preview')
local HELP = {
  'a          take or leave the hunk under the cursor',
  'A          take all; where all are taken, none',
  '<CR>       apply the hunks that are taken',
  ']c  [c     next and previous hunk',
  'q  <Esc>   refuse: change nothing',
  '?          show or hide these lines',
}

--- Show which hunks are taken, in the buffer and in the window's foot.
---@param self quintet.Preview
function M.draw(self)
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_clear_namespace(self.buffer, namespace, 0, -1)
  for _, hunk in ipairs(self.shown.hunks) do
    local text = (self.taken[hunk.id] and '[x] ' or '[ ] ') .. hunk.heading
    vim.api.nvim_buf_set_lines(self.buffer, hunk.first, hunk.first + 1, false, { text })
  end
  vim.bo[self.buffer].modifiable = false
  local groups = vim.deepcopy(self.shown.groups)
  for _, hunk in ipairs(self.shown.hunks) do
    for line = hunk.first, self.taken[hunk.id] and hunk.first - 1 or hunk.last do
      groups[line] = 'QuintetLeft'
    end
  end
  for line, group in pairs(groups) do
    local whole = vim.list_contains({ 'QuintetAdded', 'QuintetRemoved' }, group)
    local mark = { end_row = line + 1, hl_group = group, priority = 5000 }
    if whole then
      mark = { line_hl_group = group }
    end
    vim.api.nvim_buf_set_extmark(self.buffer, namespace, line, 0, mark)
  end
  if self.help then
    local lines = vim.tbl_map(function(text)
      return { { text, 'QuintetHint' } }
    end, HELP)
    local last = #self.shown.lines - 1
    vim.api.nvim_buf_set_extmark(self.buffer, namespace, last, 0, { virt_lines = lines })
  end
  vim.api.nvim_win_set_config(self.window, M.place(self))
end

--- Columns of the window.
---@return integer
function M.width()
  return math.max(20, math.min(require('quintet.config').get().width, vim.o.columns - 6))
end

--- Where the window is, and what stands at its head and foot.
---@param self quintet.Preview
---@return vim.api.keyset.win_config
function M.place(self)
  local options = require('quintet.config').get()
  local height = #self.shown.lines + (self.help and #HELP or 0)
  height = math.max(1, math.min(height, math.floor(vim.o.lines * options.height), vim.o.lines - 4))
  local width = M.width()
  local total, taken = #self.shown.hunks, M.count(self)
  local what = taken == total and 'all' or ('%d of %d'):format(taken, total)
  local own = vim.o.winborder
  return {
    relative = 'editor',
    style = 'minimal',
    width = width,
    height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.floor((vim.o.columns - width) / 2),
    border = options.border or ((own == '' or own == 'none') and 'rounded' or nil),
    title = (' %s '):format(M._fit(self.params.title or 'Quintet', width - 4)),
    title_pos = 'center',
    footer = (' <CR> apply %s · a this hunk · q refuse · ? keys '):format(taken == 0 and 'nothing' or what),
    footer_pos = 'center',
  }
end

--- How many hunks are taken.
---@param self quintet.Preview
---@return integer
function M.count(self)
  local count = 0
  for _, hunk in ipairs(self.shown.hunks) do
    count = count + (self.taken[hunk.id] and 1 or 0)
  end
  return count
end

function M._fit(text, width)
  text = text:gsub('%s+', ' ')
  return vim.fn.strdisplaywidth(text) <= width and text or vim.fn.strcharpart(text, 0, width - 1) .. '…'
end

--- Each file's lines in the colours of its own language, by the syntax files that come with the editor.
---@param self quintet.Preview
function M.syntax(self)
  vim.api.nvim_buf_call(self.buffer, function()
    for _, file in ipairs(self.shown.files) do
      local name = file.filetype or ''
      local source = ('syntax/%s.vim'):format(name)
      if name:find('^%w+$') and #vim.api.nvim_get_runtime_file(source, false) > 0 then
        vim.b.current_syntax = nil
        vim.cmd(('syntax include @quintet_%s %s'):format(name, source))
        local lines = ([[\%%>%dl\%%<%dl]]):format(file.first + 1, file.last + 2)
        vim.cmd(([[syntax match quintetCode /%s^[ +-].*/ contains=@quintet_%s]]):format(lines, name))
      end
    end
  end)
end

return M

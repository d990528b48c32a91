--- The floating window in which a change is shown before it is made, and its user says which of it they take.
local drawing = require('quintet.drawing')
local hunks = require('quintet.hunks')
local M = {}

---@class quintet.Preview
---@field params table
---@field client_id integer
---@field shown quintet.Shown
---@field taken table<integer, boolean> by the hunk's id
---@field buffer integer
---@field window integer
---@field help boolean
---@field answer? fun(accepted: integer[]) gone once it was given

local open = {} ---@type table<integer, quintet.Preview> by window

--- Show a change. All of it is taken until its user leaves something out.
---@param params table parameters of `quintet/preview`
---@param client vim.lsp.Client
---@param answer fun(accepted: integer[]) called once; with no ids where it is refused
---@return quintet.Preview
function M.open(params, client, answer)
  local width = drawing.width()
  local self = {
    params = params,
    client_id = client.id,
    shown = hunks.render(params, client.offset_encoding, width - 2),
    taken = {},
    buffer = vim.api.nvim_create_buf(false, true),
    help = false,
    answer = answer,
  }
  for _, hunk in ipairs(self.shown.hunks) do
    self.taken[hunk.id] = true
  end
  vim.api.nvim_buf_set_lines(self.buffer, 0, -1, false, self.shown.lines)
  vim.bo[self.buffer].bufhidden = 'wipe'
  vim.bo[self.buffer].filetype = 'quintetpreview'
  require('quintet.colours').link()
  self.window = vim.api.nvim_open_win(self.buffer, true, drawing.place(self))
  open[self.window] = self
  vim.wo[self.window][0].wrap = false
  vim.wo[self.window][0].cursorline = true
  drawing.syntax(self)
  M._keys(self)
  drawing.draw(self)
  M._go(self, 1)
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = self.buffer,
    once = true,
    callback = function()
      M._finish(self, {})
    end,
  })
  vim.api.nvim_create_autocmd('VimResized', {
    callback = function()
      if not self.answer then
        return true -- which removes this
      end
      drawing.draw(self)
    end,
  })
  return self
end

--- Go to the preview that is open; false where none is.
---@return boolean
function M.focus()
  local window = next(open)
  if window then
    vim.api.nvim_set_current_win(window)
  end
  return window ~= nil
end

--- Close the previews of servers that have ended: nobody waits for their answers.
function M.forget()
  for _, one in pairs(open) do
    local client = vim.lsp.get_client_by_id(one.client_id)
    if not client or client:is_stopped() then
      M._finish(one, {})
    end
  end
end

--- Refuse whatever is shown.
---@return integer count
function M.refuse_all()
  local count = 0
  for _, one in pairs(open) do
    M._finish(one, {})
    count = count + 1
  end
  return count
end

-- What was taken, in the order of the hunks.
function M._accepted(self)
  local ids = {}
  for _, hunk in ipairs(self.shown.hunks) do
    if self.taken[hunk.id] then
      ids[#ids + 1] = hunk.id
    end
  end
  return ids
end

function M._finish(self, accepted)
  local answer = self.answer
  self.answer = nil
  open[self.window] = nil
  if vim.api.nvim_win_is_valid(self.window) then
    vim.api.nvim_win_close(self.window, true)
  end
  if answer then
    answer(accepted)
  end
end

function M._keys(self)
  local function key(lhs, desc, run)
    vim.keymap.set('n', lhs, run, { buffer = self.buffer, nowait = true, desc = desc })
  end
  key('a', 'Take or leave this hunk', function()
    local hunk = M._here(self)
    if hunk then
      self.taken[hunk.id] = not self.taken[hunk.id]
      drawing.draw(self)
    end
  end)
  key('A', 'Take all hunks, or none', function()
    local all = drawing.count(self) < #self.shown.hunks
    for _, hunk in ipairs(self.shown.hunks) do
      self.taken[hunk.id] = all
    end
    drawing.draw(self)
  end)
  key('<CR>', 'Apply the hunks that are taken', function()
    M._finish(self, M._accepted(self))
  end)
  for _, lhs in ipairs({ 'q', '<Esc>' }) do
    key(lhs, 'Change nothing', function()
      M._finish(self, {})
    end)
  end
  key(']c', 'Next hunk', function()
    M._step(self, 1)
  end)
  key('[c', 'Previous hunk', function()
    M._step(self, -1)
  end)
  key('?', 'Show the keys', function()
    self.help = not self.help
    drawing.draw(self)
  end)
end

function M._index(self)
  local line = vim.api.nvim_win_get_cursor(self.window)[1] - 1
  local found
  for index, hunk in ipairs(self.shown.hunks) do
    found = line >= hunk.first and index or found
  end
  return found
end

function M._here(self)
  return self.shown.hunks[M._index(self) or 1]
end

function M._step(self, by)
  M._go(self, (M._index(self) or 0) + by)
end

function M._go(self, index)
  local hunk = self.shown.hunks[math.max(1, math.min(index, #self.shown.hunks))]
  if hunk then
    vim.api.nvim_win_set_cursor(self.window, { hunk.first + 1, 0 })
  end
end

return M

--- Windows for what is read and not written: the server's pages, the trace, the log.
local M = {}

--- Show a buffer beside the user's own; where it is shown already, go there.
---@param buffer integer
---@param focus? boolean by default true
---@return integer window
function M.show(buffer, focus)
  local before = vim.api.nvim_get_current_win()
  local window = vim.fn.win_findbuf(buffer)[1]
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd(M._split())
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(window, buffer)
  end
  if focus == false then
    vim.api.nvim_set_current_win(before)
  end
  return window
end

--- A buffer without a file, by its name, filled anew and shown.
---@param name string
---@param lines string[]
---@return integer buffer
function M.scratch(name, lines)
  local buffer = M.named(name)
  M.fill(buffer, lines)
  vim.api.nvim_win_set_cursor(M.show(buffer), { #lines, 0 })
  return buffer
end

--- The buffer without a file that has this name, made where there is none.
---@param name string
---@return integer
function M.named(name)
  local buffer = vim.fn.bufadd(name)
  vim.bo[buffer].buftype = 'nofile' -- each time: after :bdelete nothing of it is left but the name
  vim.bo[buffer].bufhidden = 'hide'
  vim.bo[buffer].swapfile = false
  vim.fn.bufload(buffer)
  vim.bo[buffer].modifiable = false
  M._closes(buffer)
  return buffer
end

--- Replace the lines of a buffer that its user cannot change.
---@param buffer integer
---@param lines string[]
function M.fill(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
end

--- Show a file that the server wrote for us to read, as it is on the disk now.
---@param path string
---@param focus? boolean
function M.file(path, focus)
  local buffer = vim.fn.bufadd(path)
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modifiable = true
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd('silent edit!')
    end)
  end
  M.show(buffer, focus)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].readonly = true
  M._closes(buffer)
end

function M._closes(buffer)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, nowait = true, desc = 'Close this window' })
end

function M._split()
  local how = require('quintet.config').get().split
  local wide = vim.o.columns >= 160
  local commands = { horizontal = 'botright split', vertical = 'botright vsplit', tab = 'tab split' }
  return commands[how] or (wide and commands.vertical or commands.horizontal)
end

return M

--- The buffer that shows a run while it goes on and afterwards. What stands in it is made elsewhere.
local page = require('quintet.page')
local story_page = require('quintet.story')
local M = {}

local EMPTY = { 'Nothing was run yet. What runs next is shown here.' }
local NAME = 'quintet://trace'
local namespace = vim.api.nvim_create_namespace('quintet.trace')
local diff = vim.text and vim.text.diff or vim.diff
local latest ---@type table? the story that was heard last
local shown ---@type string? id of the run that is shown; nil: whichever is the latest
local folds = {} ---@type string[]

--- Take a run as far as it is known; drawn where somebody looks at it.
---@param story table
function M.hear(story)
  latest = story
  local buffer = M._buffer()
  if buffer and #vim.fn.win_findbuf(buffer) > 0 and (shown == nil or shown == story.id) then
    M._draw(buffer, story)
  end
end

--- Show a run: that of the id, or the latest and whatever comes after it.
---@param client? vim.lsp.Client who is asked for what was not heard here
---@param id? string
function M.open(client, id)
  shown = id
  if latest and (id == nil or latest.id == id) then
    return M._show(latest)
  end
  M._show(nil) -- what runs next will be shown in it
  if client then
    require('quintet.client').execute(client, 'quintet.showTrace', { id = id, show = false }, function(result)
      local story = type(result) == 'table' and result.story or nil
      if not story and id then
        shown = nil
        local text = ('there is no run %s; the last ones are kept.'):format(id)
        require('quintet.config').say(text, vim.log.levels.WARN)
      end
      if story or id then
        M._show(story or latest)
      end
    end)
  end
end

--- Let the user choose among the last runs, and show the chosen one.
---@param client vim.lsp.Client
function M.choose(client)
  require('quintet.client').execute(client, 'quintet.runs', nil, function(result)
    local runs = type(result) == 'table' and result.runs or {}
    if #runs == 0 then
      return require('quintet.config').say('nothing was run yet.')
    end
    local options = {
      prompt = 'Runs:',
      format_item = function(run)
        local when = run.started and os.date('%H:%M:%S', math.floor(run.started)) or ''
        local spent = story_page.seconds(run.seconds)
        return ('%s  %s  %s  %s'):format(when, run.state or '', spent, run.title or run.id)
      end,
    }
    vim.ui.select(runs, options, function(run)
      if run then
        M.open(client, run.id)
      end
    end)
  end)
end

--- What 'foldexpr' of the trace says of a line.
---@param line integer from 1
---@return string
function M.fold(line)
  return folds[line] or '0'
end

--- What stands for a closed fold.
---@return string
function M.foldtext()
  local count = ('  (+%d lines)'):format(vim.v.foldend - vim.v.foldstart)
  local room = vim.api.nvim_win_get_width(0) - #count -- a fold does not wrap
  return vim.fn.strcharpart(vim.fn.getline(vim.v.foldstart), 0, room) .. count
end

function M._buffer()
  local buffer = vim.fn.bufnr(NAME)
  return buffer >= 0 and buffer or nil
end

function M._show(story)
  local buffer = page.named(NAME)
  vim.bo[buffer].filetype = 'quintettrace'
  vim.bo[buffer].formatlistpat = [[^\s*\(\S\+ s\)\?\s*\S\?\s\+]] -- wrapped lines stand below their text
  require('quintet.colours').link()
  M._draw(buffer, story)
  local window = page.show(buffer)
  local options = {
    foldmethod = 'expr',
    foldexpr = "v:lua.require'quintet.trace'.fold(v:lnum)",
    foldtext = "v:lua.require'quintet.trace'.foldtext()",
    foldlevel = 1, -- steps open, what each of them tried closed
    foldenable = true,
    fillchars = 'fold: ',
    wrap = true,
    breakindent = true,
    breakindentopt = 'list:-1',
    linebreak = true,
    number = false,
    relativenumber = false,
    signcolumn = 'no',
    cursorline = true,
  }
  for name, value in pairs(options) do
    vim.wo[window][0][name] = value
  end
end

-- Only the lines that differ are set: what was folded or unfolded by hand, and the cursor, stay as they are.
function M._draw(buffer, story)
  local timeline = story and story_page.render(story) or { lines = EMPTY, marks = {}, folds = {} }
  local old, new = vim.api.nvim_buf_get_lines(buffer, 0, -1, false), timeline.lines
  local before, after = table.concat(old, '\n') .. '\n', table.concat(new, '\n') .. '\n'
  local changes = diff(before, after, { result_type = 'indices' })
  folds = timeline.folds
  vim.bo[buffer].modifiable = true
  for index = #changes, 1, -1 do
    local from, count, to, added = unpack(changes[index])
    local first = count == 0 and from or from - 1
    vim.api.nvim_buf_set_lines(buffer, first, first + count, false, vim.list_slice(new, to, to + added - 1))
  end
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  for _, mark in ipairs(timeline.marks) do
    local to = { end_col = mark.to, hl_group = mark.group }
    vim.api.nvim_buf_set_extmark(buffer, namespace, mark.line, mark.from, to)
  end
end

return M

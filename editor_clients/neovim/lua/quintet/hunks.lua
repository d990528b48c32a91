--- A change as lines to be read: for each hunk a heading and its unified diff. Draws nothing.
local M = {}

local CONTEXT = 3
local diff = vim.text and vim.text.diff or vim.diff

---@class quintet.Shown.Hunk
---@field id integer
---@field first integer line of the heading, from 0
---@field last integer the last line
---@field heading string without the mark

---@class quintet.Shown
---@field lines string[]
---@field groups table<integer, string> highlight of whole lines, by line from 0
---@field hunks quintet.Shown.Hunk[]
---@field files { first: integer, last: integer, filetype: string? }[]

--- The lines of a preview.
---@param preview table parameters of `quintet/preview`
---@param encoding string how the server counts characters
---@param width integer columns for sentences
---@return quintet.Shown
function M.render(preview, encoding, width)
  local shown = { lines = {}, groups = {}, hunks = {}, files = {} }
  local total = 0
  for _, file in ipairs(preview.files) do
    total = total + #file.hunks
  end
  for _, sentence in ipairs(M.wrap(preview.label or '', width)) do
    M._add(shown, sentence, preview.verified and 'QuintetVerified' or 'QuintetUnverified')
  end
  for _, file in ipairs(preview.files) do
    M._add(shown, '')
    local first = #shown.lines
    M._add(shown, file.path .. (file.created and '  (new file)' or ''), 'QuintetFile')
    local before = file.created and {} or M.text_of(file.uri)
    for _, hunk in ipairs(file.hunks) do
      M._add_hunk(shown, hunk, before, encoding, total)
    end
    local after = vim.split(file.after or '', '\n')
    local filetype = vim.filetype.match({ filename = file.path, contents = after })
    table.insert(shown.files, { first = first, last = #shown.lines - 1, filetype = filetype })
  end
  return shown
end

function M._add_hunk(shown, hunk, before, encoding, total)
  local one = { id = hunk.id, first = #shown.lines }
  local line = hunk.range.start.line + 1
  local title = hunk.title and hunk.title ~= '' and '  ' .. hunk.title:gsub('%s+', ' ') or ''
  one.heading = ('%d/%d  line %d%s'):format(#shown.hunks + 1, total, line, title)
  M._add(shown, one.heading, 'QuintetHunk')
  for _, text in ipairs(M.unified(hunk, before, encoding)) do
    local groups = { ['+'] = 'QuintetAdded', ['-'] = 'QuintetRemoved' }
    M._add(shown, text, groups[text:sub(1, 1)])
  end
  one.last = #shown.lines - 1
  table.insert(shown.hunks, one)
end

--- The unified diff of a hunk, with lines around it. A hunk may begin and end inside a line.
---@param hunk table
---@param before string[] the file's lines as they are
---@param encoding string
---@return string[]
function M.unified(hunk, before, encoding)
  local from, to = hunk.range.start, hunk.range['end']
  local head = M._cut(before[from.line + 1], from.character, encoding)
  local tail_line = before[to.line + 1] or ''
  local tail = tail_line:sub(#M._cut(tail_line, to.character, encoding) + 1)
  local last = math.min(to.line + 1, #before)
  local function whole(text)
    local first = math.max(1, from.line + 1 - CONTEXT)
    local lines = vim.list_slice(before, first, math.min(from.line, #before))
    vim.list_extend(lines, vim.split(head .. text:gsub('\r\n?', '\n') .. tail, '\n'))
    if lines[#lines] == '' and to.line >= #before then
      table.remove(lines) -- what follows the last line's end is no line
    end
    vim.list_extend(lines, vim.list_slice(before, last + 1, last + CONTEXT))
    return #lines > 0 and table.concat(lines, '\n') .. '\n' or ''
  end
  local text = diff(whole(hunk.old), whole(hunk.new), { ctxlen = CONTEXT }) --[[@as string]]
  local lines = {}
  for line in vim.gsplit(text, '\n', { trimempty = true }) do
    if line:find('^[ +-]') then
      lines[#lines + 1] = line
    elseif vim.startswith(line, '@@') and #lines > 0 then
      lines[#lines + 1] = ' ⋮'
    end
  end
  return lines
end

-- The part of a line before a character.
function M._cut(line, character, encoding)
  line = line or ''
  return line:sub(1, vim.str_byteindex(line, encoding, character, false))
end

--- The lines of a file as the user sees it: in its buffer, else on the disk; none where there is no file.
---@param uri string
---@return string[]
function M.text_of(uri)
  local buffer = require('quintet.client').buffer_of(uri)
  if buffer then
    return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  end
  local file = io.open(vim.uri_to_fname(uri), 'rb')
  if not file then
    return {}
  end
  local text = file:read('*a')
  file:close()
  return vim.split((text:gsub('\r\n?', '\n'):gsub('\n$', '')), '\n')
end

--- A sentence in lines that are no wider than a width.
---@param text string
---@param width integer
---@return string[]
function M.wrap(text, width)
  local lines, line = {}, ''
  for word in text:gmatch('%S+') do
    if line ~= '' and vim.fn.strdisplaywidth(line .. ' ' .. word) > width then
      lines[#lines + 1] = line
      line = word
    else
      line = line == '' and word or line .. ' ' .. word
    end
  end
  if line ~= '' then
    lines[#lines + 1] = line
  end
  return lines
end

function M._add(shown, text, group)
  shown.groups[#shown.lines] = group
  shown.lines[#shown.lines + 1] = text
end

return M

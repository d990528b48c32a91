--- A run as a timeline to be read: lines, their highlights, their folds. Draws nothing.
local M = {}

local MARKS = { running = '⟳', verified = '✓', unverified = '?', abandoned = '–', cancelled = '⨯' }
local GROUPS = {
  running = 'QuintetBusy',
  verified = 'QuintetVerified',
  unverified = 'QuintetUnverified',
  abandoned = 'QuintetUnverified',
  cancelled = 'QuintetHint',
}
local ROLES = { planner = '◇', coder = '◆', tester = '▣', debugger = '◎', reviewer = '◈' }

---@class quintet.Timeline
---@field lines string[]
---@field marks { line: integer, from: integer, to: integer, group: string }[] bytes, from 0
---@field folds string[] what 'foldexpr' says of each line

--- The timeline of a run.
---@param story table see the server's protocol
---@return quintet.Timeline
function M.render(story)
  local page = { lines = {}, marks = {}, folds = {} }
  M._heading(page, story)
  for index, step in ipairs(story.steps or {}) do
    M._step(page, step, story.state == 'running' and index == #story.steps)
  end
  if story.verdict then
    M._verdict(page, story.verdict)
  end
  if (story.reason or '') ~= '' and not story.verdict then
    M._add(page, '0', { story.reason, GROUPS[story.state] })
  end
  M._diff(page, story.diff or '')
  return page
end

function M._heading(page, story)
  local state = ('%s %s'):format(MARKS[story.state] or '', story.state or '')
  M._add(page, '0', { story.title or '', 'QuintetTitle' }, { '  ' .. state, GROUPS[story.state] })
  if story.scripted then
    M._add(page, '0', { 'SCRIPTED: answers written beforehand, no model is at work.', 'QuintetUnverified' })
  end
  local when = story.started and os.date('%H:%M:%S', math.floor(story.started)) or nil
  M._facts(page, when, M.seconds(story.seconds), story.mode, story.backend, M.tokens(story.tokens))
  M._facts(page, story.command, M._short(story.sandbox))
  local task = story.task or {}
  local line = (task.line or -1) >= 0 and (':%d'):format(task.line + 1) or ''
  local place = (task.path or '') ~= '' and task.path .. line or nil
  M._facts(page, place, task.diagnostic, task.issue)
  M._facts(page, table.concat(task.tests or {}, ', '))
  if (story.plan or '') ~= '' then
    M._add(page, '0', { '' })
    M._add(page, '>1', { 'Plan', 'QuintetRole' })
    M._block(page, '1', story.plan)
  end
  M._add(page, '0', { '' })
end

function M._step(page, step, running)
  local role = (step.role or ''):lower()
  local name = role:gsub('^%l', string.upper)
  local by = step.by_model and '' or '  by rules'
  local during = {}
  for _, note in ipairs(step.notes or {}) do
    if (note.at or 0) < (step.at or 0) then -- what was done before anybody was chosen
      M._note(page, '0', note)
    else
      during[#during + 1] = note
    end
  end
  M._add(
    page,
    '>1',
    { ('%7s  '):format(M.seconds(step.at)), 'QuintetTime' },
    { ('%s %s'):format(ROLES[role] or '•', name), 'QuintetRole' },
    { ('  %s%s'):format(step.mode or '', by), 'QuintetHint' },
    { running and '  ⟳' or '', 'QuintetBusy' },
    { step.summary and step.summary ~= '' and '  ' .. M._flat(step.summary) or '' }
  )
  M._block(page, '1', step.why or '', 'QuintetHint', 'because ')
  for _, note in ipairs(during) do
    M._note(page, '1', note)
  end
  local of = step.candidates or step.judged
  local judged = (step.judged or 0) > 0 and ('%d of %d candidates judged'):format(step.judged, of) or nil
  local facts = M._join(judged, M.tokens(step.tokens), M.seconds(step.seconds, ' long'))
  if facts ~= '' then
    M._add(page, '1', { '         │ ' .. facts, 'QuintetHint' })
  end
  for index, try in ipairs(step.tries or {}) do
    M._try(page, try, index == 1 and '>2' or '2')
  end
end

function M._note(page, fold, note)
  local mark = fold == '0' and '· ' or '│ '
  M._add(page, fold, { ('%7s  '):format(M.seconds(note.at)), 'QuintetTime' }, { mark .. M._flat(note.text) })
end

function M._try(page, try, fold)
  local mark = try.plausible and '✓' or '✗'
  local counts = try.passed and ('  %d passed, %d failed'):format(try.passed, try.failed or 0) or ''
  M._add(
    page,
    fold,
    { '         │   ' },
    { mark, try.plausible and 'QuintetVerified' or 'QuintetRemovedText' },
    { (' #%d %s'):format(try.number or 0, M._flat(try.description or try.source or '')) },
    { counts, 'QuintetHint' },
    { try.message and try.message ~= '' and '  ' .. M._flat(try.message) or '', 'QuintetHint' }
  )
end

function M._verdict(page, verdict)
  local group = verdict.verified and 'QuintetVerified' or 'QuintetUnverified'
  local mark = verdict.verified and '✓ Verified' or '? Not verified'
  M._add(page, '>1', { '         ' }, { mark, group }, { M._after('  ', verdict.reason) })
  M._block(page, '1', verdict.command or '')
  M._block(page, '1', M._run('before', verdict.before))
  M._block(page, '1', M._run('after', verdict.after))
  M._block(page, '1', M._after('asked for: ', table.concat(verdict.named or {}, ', ')))
  M._block(page, '1', M._after('fails newly: ', table.concat(verdict.newly_failing or {}, ', ')))
  M._block(page, '1', M._after('isolation: ', M._short(verdict.level)), 'QuintetHint')
end

function M._run(when, run)
  if not run then
    return ''
  end
  return ('%s: exit code %s, %d passed, %d failed, %s'):format(
    when,
    tostring(run.exit_code),
    run.passed or 0,
    run.failed or 0,
    M.seconds(run.seconds)
  )
end

function M._diff(page, text)
  if text == '' then
    return
  end
  M._add(page, '0', { '' })
  M._add(page, '>1', { 'Patch', 'QuintetRole' })
  for line in vim.gsplit(text:gsub('\n$', ''), '\n', { plain = true }) do
    local group = vim.startswith(line, '@@') and 'QuintetHint'
      or line:find('^[+-][+-][+-] ') and 'QuintetFile'
      or vim.startswith(line, '+') and 'QuintetAddedText'
      or vim.startswith(line, '-') and 'QuintetRemovedText'
      or nil
    M._add(page, '1', { (line:gsub('\r', '')), group })
  end
end

-- --- words -----------------------------------------------------------------------------------------------

--- A time as one reads it.
---@param seconds? number
---@param after? string
---@return string
function M.seconds(seconds, after)
  if not seconds then
    return ''
  end
  local text = ('%.1f s'):format(seconds)
  if seconds >= 100 then
    text = ('%d min %02d s'):format(seconds / 60, seconds % 60)
  end
  return text .. (after or '')
end

--- What was read and written, in words; empty where no model was asked.
---@param tokens? { prompt: integer, cached: integer, completion: integer }
---@return string
function M.tokens(tokens)
  if not tokens or (tokens.prompt or 0) + (tokens.completion or 0) == 0 then
    return ''
  end
  local cached = (tokens.cached or 0) > 0 and (' (%d cached)'):format(tokens.cached) or ''
  return ('%d tokens read%s, %d written'):format(tokens.prompt or 0, cached, tokens.completion or 0)
end

function M._join(...)
  local parts = {}
  for index = 1, select('#', ...) do
    local part = select(index, ...)
    if part and part ~= '' then
      parts[#parts + 1] = M._flat(part)
    end
  end
  return table.concat(parts, ' · ')
end

function M._facts(page, ...)
  local text = M._join(...)
  if text ~= '' then
    M._add(page, '0', { text, 'QuintetHint' })
  end
end

function M._after(words, text)
  return text and text ~= '' and words .. text or ''
end

-- What isolates the tests, without what it does for that.
function M._short(level)
  return (level or ''):match('^[^:]*')
end

function M._flat(text)
  return (tostring(text):gsub('%s*[\r\n]+%s*', ' '))
end

function M._block(page, fold, text, group, words)
  for line in vim.gsplit(text, '\n', { trimempty = true }) do
    M._add(page, fold, { '         │ ' .. (words or '') .. line:gsub('\r', ''), group })
    words = nil
  end
end

-- One line of pieces, each a text and its highlight.
function M._add(page, fold, ...)
  local line = ''
  for _, piece in ipairs({ ... }) do
    local text, group = M._flat(piece[1]), piece[2]
    if group and text ~= '' then
      table.insert(page.marks, { line = #page.lines, from = #line, to = #line + #text, group = group })
    end
    line = line .. text
  end
  table.insert(page.lines, line)
  table.insert(page.folds, fold)
end

return M

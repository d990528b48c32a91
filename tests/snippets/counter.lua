#!/usr/bin/env lua
--- Counts words: “é”.
-- In text.
-- @module words

local near = require("words.near")
local far = require "words.far"
dofile("tasks.lua")

--- The most kept.
local LIMIT = 10
local M = {}

--[[ Makes one. ]]
function M.new(name)
  local self = setmetatable({}, M)
  return self
end

--- Adds.
-- @param word the word
function M:add(word, n)
  self.total = helper(n) + near.run(word):size()
  return M.new "é"
end

local function hidden(x) return x end
function free() end
local short = function(x) return x * LIMIT end
M.late = function(x) return hidden(x) end
local handlers = { go = function() end, run = hidden }

describe("counter", function()
  it("adds é words", function()
    assert.are.equal(1, M.new("x"):add("y"))
  end)
end)

return M

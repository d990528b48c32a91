#!/usr/bin/env ruby
# frozen_string_literal: true

# Counts words: “é”.
#
# At length.

require "set"
require_relative "near"
autoload :Far, "far/away"

# The most kept.
LIMIT = 10

# Words.
module Words
  # Counts.
  class Counter < Base
    include Enumerable

    # Makes one.
    def initialize(name, step: 1)
      @name = name
    end

    def self.make(*args)
      new(*args).tap { |each| each.add(helper(1)) }
    end

    def valid? = total > 0

    private def hidden
      Words::Other.new.run
    end
  end

  class Deep::Nested; end

  Point = Struct.new(:x, :y) do
    def length; end
  end
end

class CounterTest < Minitest::Test
  def test_adds
    assert_equal 1, Words::Counter.new("é").add("y")
  end
end

RSpec.describe Words::Counter do
  context "when empty" do
    it "adds é" do
      expect(counter.add("x")).to eq(1)
    end
  end
end

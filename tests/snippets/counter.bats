#!/usr/bin/env bats
load test_helper

setup() {
  count=1
}

# It adds.
@test "adds é words" {
  run add a b
  [ "$status" -eq 0 ]
}

@test 'second' {
  run sub
}

; Bats only: to Bash's grammar `@test "title" {` is a command, and the closing bracket another, our @close.

((command
  name: (command_name (word) @test)
  . argument: [(string) (raw_string)] @title) @definition.function
  (#eq? @test "@test"))

((command name: (command_name (word) @_bracket)) @close
  (#eq? @_bracket "}"))

((command
  name: (command_name (word) @_load)
  . argument: [(word) (string) (raw_string)] @module) @import.near
  (#eq? @_load "load"))

; Lua: definitions, imports and comments. See python.definitions.scm for what the captures mean; a name
; written `M.f` or `M:f` is split.

(function_declaration
  name: [(identifier) (dot_index_expression) (method_index_expression)] @name
  body: (block)? @body) @definition.function

(assignment_statement
  (variable_list . name: [(identifier) (dot_index_expression)] @name)
  (expression_list . value: (function_definition body: (block)? @body))) @definition.function

(field
  name: (identifier) @name
  value: (function_definition body: (block)? @body)) @definition.method

(chunk
  [
    (variable_declaration
      (assignment_statement (variable_list name: (identifier) @name)))
    (assignment_statement (variable_list name: (identifier) @name))
  ] @definition.constant)

(variable_declaration (assignment_statement) @inner) @wrapper

((function_call
  name: (identifier) @test
  arguments: (arguments
    . (string) @title
    . (function_definition body: (block)? @body))) @definition.function
  (#any-of? @test "it" "describe" "context" "test" "spec" "insulate" "pending"))

((function_call
  name: (identifier) @_require
  arguments: (arguments . (string) @module)) @import
  (#any-of? @_require "require" "dofile" "loadfile"))

(comment) @comment

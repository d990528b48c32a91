; Bash: definitions, imports and comments. See python.definitions.scm for what the captures mean.

(function_definition
  name: (word) @name
  body: (_) @body) @definition.function

(program
  [
    (variable_assignment name: (variable_name) @name)
    (declaration_command (variable_assignment name: (variable_name) @name))
  ] @definition.constant)

((command
  name: (command_name (word) @_source)
  . argument: [(word) (string) (raw_string) (concatenation)] @module) @import
  (#any-of? @_source "source" "."))

(comment) @comment

; Bash: names of variables, and of what is run.

[
  (variable_name) @name
  (command_name (word) @name)
  (function_definition name: (word) @name)
]

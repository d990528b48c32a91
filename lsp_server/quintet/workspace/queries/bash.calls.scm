; Bash: what is run.

(command_name (word) @call)

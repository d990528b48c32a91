; Ruby: names that are called; `Name.new` constructs Name. A bare name may be a variable, and is no call.

(call method: [(identifier) (constant)] @call)

((call
  receiver: [
    (constant) @call
    (scope_resolution name: (constant) @call)
  ]
  method: (identifier) @_new)
  (#eq? @_new "new"))

; Python: names that are called.

(call
  function: [
    (identifier) @call
    (attribute attribute: (identifier) @call)
  ])

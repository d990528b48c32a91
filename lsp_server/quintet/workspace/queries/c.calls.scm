; C, and what C++ shares with it: names that are called.

(call_expression
  function: [
    (identifier) @call
    (field_expression field: (field_identifier) @call)
  ])

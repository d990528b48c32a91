; Go: names that are called, and types that are constructed.

(call_expression
  function: [
    (identifier) @call
    (selector_expression field: (field_identifier) @call)
  ])

(composite_literal
  type: [
    (type_identifier) @call
    (qualified_type name: (type_identifier) @call)
    (generic_type type: (type_identifier) @call)
  ])

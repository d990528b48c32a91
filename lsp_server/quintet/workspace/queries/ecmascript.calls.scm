; What JavaScript and TypeScript share: names that are called or constructed.

(call_expression
  function: [
    (identifier) @call
    (member_expression property: (property_identifier) @call)
  ])

(new_expression constructor: (identifier) @call)

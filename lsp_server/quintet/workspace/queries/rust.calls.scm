; Rust: names that are called or constructed. A macro's arguments are tokens: a name before parentheses is
; taken for a call there.

(call_expression
  function: [
    (identifier) @call
    (field_expression field: (field_identifier) @call)
    (scoped_identifier name: (identifier) @call)
    (generic_function
      function: [
        (identifier) @call
        (field_expression field: (field_identifier) @call)
        (scoped_identifier name: (identifier) @call)
      ])
  ])

(struct_expression
  name: [
    (type_identifier) @call
    (scoped_type_identifier name: (type_identifier) @call)
  ])

(macro_invocation
  macro: [
    (identifier) @call
    (scoped_identifier name: (identifier) @call)
  ])

(token_tree (identifier) @call . (token_tree . "("))

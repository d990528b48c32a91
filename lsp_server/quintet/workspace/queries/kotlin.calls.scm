; Kotlin: names that are called or constructed.

(call_expression
  . [
    (identifier) @call
    (navigation_expression (identifier) @call .)
  ])

(constructor_invocation (user_type (identifier) @call .))

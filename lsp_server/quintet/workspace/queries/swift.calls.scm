; Swift: names that are called or constructed.

(call_expression
  . [
    (simple_identifier) @call
    (navigation_expression
      suffix: (navigation_suffix suffix: (simple_identifier) @call))
  ])

(constructor_expression
  constructed_type: (user_type (type_identifier) @call .))

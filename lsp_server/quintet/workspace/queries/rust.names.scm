; Rust: every name, defining or mentioned, in macros too.

[
  (identifier)
  (field_identifier)
  (type_identifier)
  (shorthand_field_identifier)
] @name

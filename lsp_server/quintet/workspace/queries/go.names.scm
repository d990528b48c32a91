; Go: every name, defining or mentioned.

[
  (identifier)
  (field_identifier)
  (type_identifier)
  (package_identifier)
] @name

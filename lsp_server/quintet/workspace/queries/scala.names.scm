; Scala: every name, defining or mentioned.

[
  (identifier)
  (type_identifier)
  (operator_identifier)
] @name

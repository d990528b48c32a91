; C, and what C++ shares with it: every name, defining or mentioned.

[
  (identifier)
  (field_identifier)
  (type_identifier)
] @name

; What JavaScript and TypeScript share: every name, defining or mentioned.

[
  (identifier)
  (property_identifier)
  (private_property_identifier)
  (shorthand_property_identifier)
] @name

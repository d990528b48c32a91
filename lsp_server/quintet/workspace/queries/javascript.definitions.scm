; JavaScript only: here a class is named by an identifier and a field is a field_definition.

(class_declaration
  name: (identifier) @name
  body: (class_body) @body) @definition.class

(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
  ]) @definition.method

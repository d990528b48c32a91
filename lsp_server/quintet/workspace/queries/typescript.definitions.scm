; TypeScript and TSX only: types, and the ways they name what JavaScript has too.

(class_declaration
  name: (type_identifier) @name
  body: (class_body) @body) @definition.class

(abstract_class_declaration
  name: (type_identifier) @name
  body: (class_body) @body) @definition.class

(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
  ]) @definition.method

(interface_declaration
  name: (type_identifier) @name
  body: (interface_body) @body) @definition.interface

(enum_declaration
  name: (identifier) @name
  body: (enum_body) @body) @definition.enum

(internal_module
  name: (_) @name
  body: (statement_block) @body) @definition.namespace

(module
  name: (_) @name
  body: (statement_block) @body) @definition.namespace

(type_alias_declaration
  name: (type_identifier) @name) @definition.type

(function_signature
  name: (identifier) @name) @definition.signature

(method_signature
  name: (property_identifier) @name) @definition.signature

(abstract_method_signature
  name: (property_identifier) @name) @definition.signature

(expression_statement . (internal_module) @inner .) @wrapper

(ambient_declaration (_) @inner) @wrapper

; Java: definitions, imports and comments. See python.definitions.scm for what the captures mean. A
; @definition.callable is a function where it has a body, and a signature where it has none; @paths is an
; import read as text.

(method_declaration
  name: (identifier) @name
  body: (block)? @body) @definition.callable

[
  (constructor_declaration
    name: (identifier) @name
    body: (constructor_body) @body)
  (compact_constructor_declaration
    name: (identifier) @name
    body: (block) @body)
] @definition.method

[
  (class_declaration
    name: (identifier) @name
    body: (class_body) @body)
  (record_declaration
    name: (identifier) @name
    body: (class_body) @body)
] @definition.class

[
  (interface_declaration
    name: (identifier) @name
    body: (interface_body) @body)
  (annotation_type_declaration
    name: (identifier) @name
    body: (annotation_type_body) @body)
] @definition.interface

(enum_declaration
  name: (identifier) @name
  body: (enum_body) @body) @definition.enum

(annotation_type_element_declaration
  name: (identifier) @name) @definition.signature

[
  (field_declaration declarator: (variable_declarator name: (identifier) @name))
  (constant_declaration declarator: (variable_declarator name: (identifier) @name))
] @definition.field

(import_declaration) @paths

[(line_comment) (block_comment)] @comment

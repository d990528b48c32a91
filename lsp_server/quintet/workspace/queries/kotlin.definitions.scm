; Kotlin: definitions, imports and comments. See python.definitions.scm and java.definitions.scm for what the
; captures mean.

(function_declaration
  name: (identifier) @name
  (function_body)? @body) @definition.callable

(class_declaration
  "class"
  name: (identifier) @name
  (class_body)? @body) @definition.class

(object_declaration
  name: (identifier) @name
  (class_body)? @body) @definition.class

(class_declaration
  "interface"
  name: (identifier) @name
  (class_body)? @body) @definition.interface

(class_declaration
  name: (identifier) @name
  (enum_class_body) @body) @definition.enum

(type_alias
  type: (identifier) @name) @definition.type

(source_file
  (property_declaration (variable_declaration (identifier) @name)) @definition.constant)

[
  (class_body (property_declaration (variable_declaration . (identifier) @name)) @definition.field)
  (enum_class_body (property_declaration (variable_declaration . (identifier) @name)) @definition.field)
]

(secondary_constructor
  "constructor" @name
  (block)? @body) @definition.method

(import) @paths

[(line_comment) (block_comment)] @comment
